/* What a conf.json and options make together; messages: integration tests. */
#include "services/sync-engine/config/config_siyuan.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define LOCAL      "\"provider\":4,\"local\":{\"endpoint\":\"/mnt/nas\"}"
#define WEBDAV     "\"provider\":3"
#define REPO       ",\"repo\":{\"key\":\"" KEY "\"}"
#define SYNC(text) "{\"sync\":{\"cloudName\":\"notes\"," text "}"

static struct scratch folder;
static struct config config;
static struct siyuan_conf conf;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&folder);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    options_clear(&config_table, &config);
    scratch_remove(&folder);
    return 0;
}

/* The outcome with this conf.json and these options (up to NULL). */
static int
with(const char *json, const char *const *more)
{
    static char path[PATH_MAX];
    char *argv[16] = {(char *)"syncbus-engine", (char *)"--log-level",
                      (char *)"error", (char *)"--siyuan-conf"};
    int argc = 4;

    scratch_write(&folder, "conf.json", json, 0);
    argv[argc++] = scratch_path(&folder, "conf.json", path);
    while (more != NULL && *more != NULL)
        argv[argc++] = (char *)*more++;
    options_clear(&config_table, &config);
    config = (struct config){0};
    conf = (struct siyuan_conf){0};
    assert_int_equal(options_parse(&config_table, &config, argc, argv), 0);
    return config_siyuan(&config, &conf);
}

static void
without_a_file_nothing_is_filled(void **state)
{
    (void)state;
    config = (struct config){.cloud_name = "main"};
    assert_int_equal(config_siyuan(&config, &conf), 0);
    assert_null(config.local_path);
    assert_string_equal(config.cloud_name, "main");
    assert_false(conf.has_key);
}

static void
what_was_not_given_comes_from_the_file(void **state)
{
    (void)state;
    assert_int_equal(with(SYNC(LOCAL) REPO "}", NULL), 0);
    assert_string_equal(config.local_path, "/mnt/nas");
    assert_string_equal(config.cloud_name, "notes");
    assert_true(conf.has_key);
    assert_int_equal(conf.key.bytes[31], 31);
}

static void
options_win_over_the_file(void **state)
{
    const char *const more[] = {"--cloud-name", "mine", "--local-path", "/mine",
                                NULL};

    (void)state;
    assert_int_equal(with(SYNC(LOCAL) REPO "}", more), 0);
    assert_string_equal(config.local_path, "/mine");
    assert_string_equal(config.cloud_name, "mine");
}

static void
a_default_does_not_win_over_the_file(void **state)
{
    (void)state;
    assert_int_equal(with(SYNC(LOCAL) REPO "}", NULL), 0);
    assert_false(options_given("cloud-name"));
    assert_string_equal(config.cloud_name, "notes");
}

static void
a_folder_given_makes_up_for_a_bad_endpoint(void **state)
{
    const char *const more[] = {"--local-path", "/mine", NULL};

    (void)state;
    assert_int_equal(with(SYNC("\"provider\":4,\"local\":{\"endpoint\":\"\"}")
                              REPO "}",
                          more),
                     0);
    assert_string_equal(config.local_path, "/mine");
    assert_int_equal(
        with(SYNC("\"provider\":4,\"local\":{\"endpoint\":\"rel/\"}") REPO "}",
             NULL),
        CONFIG_WRONG);
}

/* As with(), a secret being in the environment. */
static int
with_secret(const char *json, const char *name, const char *value)
{
    int rc;

    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread. */
    assert_int_equal(setenv(name, value, 1), 0);
    rc = with(json, NULL);
    assert_int_equal(unsetenv(name), 0);
    /* NOLINTEND(concurrency-mt-unsafe) */
    return rc;
}

static void
a_given_key_wins_and_the_file_s_is_wiped(void **state)
{
    static const struct repo_key none;

    (void)state;
    assert_int_equal(with_secret(SYNC(LOCAL) REPO "}", "SYNCBUS_REPO_KEY", KEY),
                     0);
    assert_false(conf.has_key);
    assert_memory_equal(&conf.key, &none, sizeof none);
    assert_string_equal(config.repo_key, KEY);
}

static void
a_file_without_a_key_needs_one(void **state)
{
    (void)state;
    assert_int_equal(with(SYNC(LOCAL) "}", NULL), CONFIG_WRONG);
    assert_int_equal(
        with_secret(SYNC(LOCAL) "}", "SYNCBUS_REPO_PASSPHRASE", "words"), 0);
}

static void
a_store_of_another_kind_may_be_replaced_by_hand(void **state)
{
    const char *const more[] = {"--provider", "local", "--local-path", "/mine",
                                NULL};

    (void)state;
    assert_int_equal(with(SYNC(WEBDAV) REPO "}", more), 0);
    assert_string_equal(config.local_path, "/mine");
    assert_string_equal(config.provider, "local");
}

static void
what_is_no_settings_file_is_wrong(void **state)
{
    static const char *const texts[] = {"", "[]", "{\"sync\":7}", "\"",
                                        "{\"sync\":{\"provider\":9}}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(with(texts[i], NULL), CONFIG_WRONG);
    config.siyuan_conf = folder.path; /* a folder */
    assert_int_equal(config_siyuan(&config, &conf), CONFIG_WRONG);
    config.siyuan_conf = "/nowhere/conf.json";
    assert_int_equal(config_siyuan(&config, &conf), CONFIG_WRONG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_file_nothing_is_filled),
        TEST(what_was_not_given_comes_from_the_file),
        TEST(options_win_over_the_file),
        TEST(a_default_does_not_win_over_the_file),
        TEST(a_folder_given_makes_up_for_a_bad_endpoint),
        TEST(a_given_key_wins_and_the_file_s_is_wiped),
        TEST(a_file_without_a_key_needs_one),
        TEST(a_store_of_another_kind_may_be_replaced_by_hand),
        TEST(what_is_no_settings_file_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
