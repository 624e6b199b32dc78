#include "gateway/siyuan/stat.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char out[STAT_MAX];

/* The vectors of siyuan-sync-api 4.3, rounded up. */
static void
bytes_are_written_as_the_kernel_does(void **unused)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        {0, "0 B"},
        {9, "9 B"},
        {999, "999 B"},
        {1000, "1 kB"},
        {1001, "1.01 kB"},
        {1500, "1.5 kB"},
        {9999, "10 kB"},
        {12345, "12.35 kB"},
        {999999, "1000 kB"},
        {1000000, "1 MB"},
        {1234567, "1.24 MB"},
        {1000000000, "1 GB"},
        {1073741824, "1.08 GB"},
        {8589934592, "8.59 GB"},
        {UINT64_MAX, "18.45 EB"},
    };
    char text[STAT_BYTES_MAX];

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stat_format_bytes(text, rows[i].bytes);
        assert_string_equal(text, rows[i].text);
    }
}

static struct state
finished(bool ok, const char *code)
{
    struct state s = {
        .name = STATE_IDLE,
        .has = STATE_HAS_LAST | STATE_HAS_ENABLED,
        .enabled = true,
        .provider = "local",
        .cloud = "main",
        .last = {.ok = ok, .sent = {3, 1, 9600}, .received = {1, 0, 16000}}};

    memcpy(s.last.code, code, strlen(code));
    return s;
}

static void
before_the_first_run_it_is_empty(void **unused)
{
    const struct state s = {.name = STATE_IDLE};

    (void)unused;
    stat_format(out, &s, LANG_EN);
    assert_string_equal(out, "");
}

static void
success_names_files_chunks_and_bytes(void **unused)
{
    const struct state s = finished(true, "");

    (void)unused;
    stat_format(out, &s, LANG_EN);
    assert_string_equal(out, "uploaded/downloaded files 3/1<br>&emsp;"
                             "uploaded/downloaded chunks 1/0<br>&emsp;"
                             "sent/received bytes 9.6 kB/16 kB");
    stat_format(out, &s, LANG_ZH_CN);
    assert_string_equal(out, "上传/下载文件数 3/1<br>&emsp;"
                             "上传/下载分块数 1/0<br>&emsp;"
                             "发送/接收字节数 9.6 kB/16 kB");
}

static void
failure_names_cause_and_provider(void **unused)
{
    struct state s = finished(false, "timeout");

    (void)unused;
    stat_format(out, &s, LANG_EN);
    assert_string_equal(out, "Sync failed: Network timed out, please try again"
                             " later (Provider: Local File System)");
    stat_format(out, &s, LANG_ZH_CN);
    assert_string_equal(
        out, "同步失败：网络超时，请稍后再试 (Provider: Local File System)");
    memcpy(s.provider, "ftp", 4);
    stat_format(out, &s, LANG_EN);
    assert_non_null(strstr(out, "(Provider: Unknown)"));
}

static void
a_full_store_is_a_sentence_of_its_own(void **unused)
{
    struct state s = finished(false, "quota");

    (void)unused;
    memcpy(s.cloud, "a<b", 4);
    stat_format(out, &s, LANG_EN);
    assert_string_equal(out,
                        "The maximum storage capacity of cloud space [a&lt;b]"
                        " has been exceeded, and data upload cannot continue");
}

static void
foreign_words_are_no_html_and_no_secret(void **unused)
{
    struct state s = finished(false, "internal");
    static const char why[] = "<script>'\"&</script> token=abc";

    (void)unused;
    memcpy(s.last.why, why, sizeof why);
    stat_format(out, &s, LANG_EN);
    assert_string_equal(out, "Sync failed: &lt;script&gt;&#39;&#34;&amp;"
                             "&lt;/script&gt; token=***"
                             " (Provider: Local File System)");
    memset(s.last.why, '"', sizeof s.last.why - 1);
    stat_format(out, &s, LANG_ZH_CN);
    assert_true(strlen(out) < STAT_MAX);
    assert_null(strchr(out, '"'));
}

static void
disabled_hides_the_last_run(void **unused)
{
    struct state s = finished(true, "");

    (void)unused;
    s.enabled = false;
    stat_format(out, &s, LANG_EN);
    assert_string_equal(out, "Data synchronization has not been enabled");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_written_as_the_kernel_does),
        cmocka_unit_test(before_the_first_run_it_is_empty),
        cmocka_unit_test(success_names_files_chunks_and_bytes),
        cmocka_unit_test(failure_names_cause_and_provider),
        cmocka_unit_test(a_full_store_is_a_sentence_of_its_own),
        cmocka_unit_test(foreign_words_are_no_html_and_no_secret),
        cmocka_unit_test(disabled_hides_the_last_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
