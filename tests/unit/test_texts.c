#include "gateway/texts.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t
count_places(const char *text)
{
    size_t n = 0;

    while ((text = strstr(text, "%s")) != NULL) {
        n++;
        text++;
    }
    return n;
}

static void
every_text_is_there_in_both_languages(void **unused)
{
    (void)unused;
    for (enum text t = 0; t < TEXT_COUNT; t++) {
        const char *en = texts_get(t, LANG_EN), *zh = texts_get(t, LANG_ZH_CN);

        assert_non_null(en);
        assert_non_null(zh);
        assert_int_equal(count_places(en), count_places(zh));
    }
    for (enum phase p = PHASE_WALK; p < PHASE_COUNT; p++) {
        assert_int_equal(count_places(texts_status(p, LANG_EN)),
                         count_places(texts_status(p, LANG_ZH_CN)));
    }
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        for (enum phase p = PHASE_WALK; p < PHASE_COUNT; p++)
            assert_true(strlen(texts_phase(p, lang)) > 0);
        for (enum phase p = PHASE_WALK; p < PHASE_COUNT; p++)
            assert_true(strlen(texts_status(p, lang)) > 0);
        for (enum copy_shown s = 0; s < COPY_SHOWN_COUNT; s++)
            assert_true(strlen(texts_shown(s, lang)) > 0);
        for (enum code c = 0; c < CODE_COUNT; c++)
            assert_true(strlen(texts_cause(c, lang)) > 0);
    }
}

static void
what_clients_parse_is_word_for_word(void **unused)
{
    (void)unused;
    assert_string_equal(texts_get(TEXT_STAT_DISABLED, LANG_EN),
                        "Data synchronization has not been enabled");
    assert_string_equal(texts_get(TEXT_STAT_DISABLED, LANG_ZH_CN),
                        "数据同步尚未启用");
    assert_string_equal(texts_phase(PHASE_SEND_CHUNKS, LANG_EN), "Uploading");
    assert_string_equal(texts_phase(PHASE_SEND_CHUNKS, LANG_ZH_CN), "正在上传");
    assert_string_equal(texts_shown(COPY_IDLE, LANG_EN), "Idle");
    assert_string_equal(texts_shown(COPY_IDLE, LANG_ZH_CN), "空闲");
    assert_string_equal(
        texts_cause(CODE_UNAVAILABLE, LANG_EN),
        "The cloud storage service is unavailable, please try again later");
    assert_string_equal(texts_cause(CODE_CLOCK_SKEW, LANG_EN),
                        "The system time is incorrect, please calibrate the "
                        "system time and try again");
    assert_string_equal(texts_cause(CODE_NOT_FOUND, LANG_EN),
                        "Cloud data has been corrupted, please reset the local "
                        "data repo and cloud sync dir to resolve the issue");
}

static void
arguments_take_the_places_in_order(void **unused)
{
    char out[64];

    (void)unused;
    texts_fill(out, sizeof out, "%s/%s", (const char *const[]){"a", "b", NULL});
    assert_string_equal(out, "a/b");
    texts_fill(out, sizeof out, "100% %s", (const char *const[]){"%s", NULL});
    assert_string_equal(out, "100% %s");
    texts_fill(out, sizeof out, "%s %s", (const char *const[]){"a", NULL});
    assert_string_equal(out, "a %s");
}

static void
a_text_that_does_not_fit_is_cut(void **unused)
{
    char out[64];

    (void)unused;
    for (size_t cap = 1; cap < 10; cap++) {
        memset(out, '#', sizeof out);
        texts_fill(out, cap, "ab%scd", (const char *const[]){"01234567", NULL});
        assert_int_equal(strlen(out), cap - 1);
        assert_int_equal(strncmp(out, "ab01234567cd", cap - 1), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_there_in_both_languages),
        cmocka_unit_test(what_clients_parse_is_word_for_word),
        cmocka_unit_test(arguments_take_the_places_in_order),
        cmocka_unit_test(a_text_that_does_not_fit_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
