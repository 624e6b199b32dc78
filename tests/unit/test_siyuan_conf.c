#include "services/sync-engine/config/siyuan_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static const char whole[] =
    "{\"logLevel\":\"debug\",\"sync\":{\"cloudName\":\"notes\",\"enabled\":"
    "true,\"provider\":4,\"local\":{\"endpoint\":\"/mnt/nas/siyuan/\","
    "\"timeout\":60}},\"repo\":{\"key\":\"" KEY "\"}}";

static void
a_local_store_is_taken_whole(void **state)
{
    struct siyuan_conf c;
    char why[SIYUAN_CONF_WHY_MAX];

    (void)state;
    assert_int_equal(siyuan_conf_parse(&c, whole, strlen(whole), why), 0);
    assert_int_equal(c.provider, SIYUAN_PROVIDER_LOCAL);
    assert_string_equal(c.cloud_name, "notes");
    assert_string_equal(c.endpoint, "/mnt/nas/siyuan");
    assert_true(c.has_key);
    for (unsigned char i = 0; i < KEY_SIZE; i++)
        assert_int_equal(c.key.bytes[i], i);
}

static void
what_is_absent_has_the_kernel_s_default(void **state)
{
    static const char *const texts[] = {
        "{\"sync\":{}}",
        "{\"sync\":{\"cloudName\":null,\"local\":null},\"repo\":null}",
        "{\"sync\":{\"cloudName\":\"a/../b\"},\"repo\":{\"key\":null}}",
        "{\"sync\":{\"cloudName\":\"\"},\"repo\":{\"key\":\"\"}}",
    };
    char why[SIYUAN_CONF_WHY_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct siyuan_conf c;

        assert_int_equal(siyuan_conf_parse(&c, texts[i], strlen(texts[i]), why),
                         0);
        assert_int_equal(c.provider, SIYUAN_PROVIDER_SIYUAN);
        assert_string_equal(c.cloud_name, "main");
        assert_string_equal(c.endpoint, "");
        assert_false(c.has_key);
    }
}

static void
what_is_wrong_is_named_and_leaves_output_alone(void **state)
{
    static const struct {
        const char *text;
        const char *why; /* how it starts */
    } rows[] = {
        {"[]", "conf.json: "},
        {"{}", "sync: missing"},
        {"{\"sync\":[]}", "sync: not an object"},
        {"{\"sync\":{\"provider\":\"4\"}}", "sync.provider: "},
        {"{\"sync\":{\"provider\":4.5}}", "sync.provider: "},
        {"{\"sync\":{\"provider\":1}}", "sync.provider: "},
        {"{\"sync\":{\"provider\":-9223372036854775808}}", "sync.provider: "},
        {"{\"sync\":{\"cloudName\":7}}", "sync.cloudName: "},
        {"{\"sync\":{\"local\":\"/x\"}}", "sync.local: "},
        {"{\"sync\":{\"local\":{\"endpoint\":[]}}}", "sync.local.endpoint: "},
        {"{\"sync\":{},\"repo\":{\"key\":\"c2hvcnQ=\"}}", "repo.key: "},
        {"{\"sync\":{},\"repo\":{\"key\":1}}", "repo.key: "},
        {"{\"sync\":\n{\"a\\u0000\":1}}", "line 2, "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct siyuan_conf c;
        struct siyuan_conf before;
        char why[SIYUAN_CONF_WHY_MAX] = "";

        memset(&c, 0x5a, sizeof c);
        memcpy(&before, &c, sizeof c);
        assert_int_equal(
            siyuan_conf_parse(&c, rows[i].text, strlen(rows[i].text), why),
            -EINVAL);
        assert_memory_equal(why, rows[i].why, strlen(rows[i].why));
        assert_memory_equal(&c, &before, sizeof c);
    }
}

static void
every_truncation_is_refused_and_tells_no_key(void **state)
{
    (void)state;
    for (size_t len = 0; len < strlen(whole); len++) {
        struct siyuan_conf c;
        char why[SIYUAN_CONF_WHY_MAX] = "";

        assert_int_equal(siyuan_conf_parse(&c, whole, len, why), -EINVAL);
        assert_memory_equal(why, "line 1, ", 8);
        assert_null(strstr(why, "AAEC"));
    }
}

static void
an_endless_path_is_refused(void **state)
{
    static char text[SIYUAN_CONF_PATH_MAX + 64] =
        "{\"sync\":{\"local\":{\"endpoint\":\"";
    char why[SIYUAN_CONF_WHY_MAX];
    struct siyuan_conf c;
    size_t len = strlen(text);

    (void)state;
    memset(text + len, '/', SIYUAN_CONF_PATH_MAX);
    memcpy(text + len + SIYUAN_CONF_PATH_MAX, "\"}}}", sizeof "\"}}}");
    assert_int_equal(
        siyuan_conf_parse(&c, text, len + SIYUAN_CONF_PATH_MAX + 4, why),
        -EINVAL);
    assert_memory_equal(why, "sync.local.endpoint: ", 21);
}

static void
providers_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(siyuan_provider_name(SIYUAN_PROVIDER_SIYUAN), "SiYuan");
    assert_string_equal(siyuan_provider_name(SIYUAN_PROVIDER_S3), "S3");
    assert_string_equal(siyuan_provider_name(SIYUAN_PROVIDER_WEBDAV), "WebDAV");
    assert_string_equal(siyuan_provider_name(SIYUAN_PROVIDER_LOCAL), "Local");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_local_store_is_taken_whole),
        cmocka_unit_test(what_is_absent_has_the_kernel_s_default),
        cmocka_unit_test(what_is_wrong_is_named_and_leaves_output_alone),
        cmocka_unit_test(every_truncation_is_refused_and_tells_no_key),
        cmocka_unit_test(an_endless_path_is_refused),
        cmocka_unit_test(providers_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
