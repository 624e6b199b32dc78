/* path: hostile and odd names. */
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int
check(const char *path)
{
    return path_check(path, strlen(path));
}

static void
ordinary_paths_are_fine(void **state)
{
    static const char *const good[] = {
        "/a",         "/.siyuan/conf.json", "/assets/图 片.png",
        "/a/..b/...", "/back\\slash",       "/new\nline",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(check(good[i]), 0);
}

static void
paths_that_lead_elsewhere_are_refused(void **state)
{
    static const char *const bad[] = {
        "",    "a",     "a/b",   "/",       "//",     "//a", "/a/",
        "/..", "/../a", "/a/..", "/a/../b", "/a/./b", "/.",  "/a//b",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(check(bad[i]), -EINVAL);
}

static void
what_is_not_utf8_is_refused(void **state)
{
    static const char *const bad[] = {
        "/\xff",
        "/\x80",
        "/\xc0\xaf",
        "/\xc1\xbf",
        "/\xe0\x80\xaf",
        "/\xed\xa0\x80",
        "/\xf0\x80\x80\xaf",
        "/\xf4\x90\x80\x80",
        "/\xf5\x80\x80\x80",
        "/\xe4\xb8",
        "/\xe4",
        "/\xc3/a",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(check(bad[i]), -EILSEQ);
    assert_int_equal(path_check("/a\0b", 4), -EILSEQ);
    assert_true(path_is_utf8("\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80", 10));
}

static void
length_is_bounded(void **state)
{
    char path[PATH_LEN_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof path; i++)
        path[i] = i % 200 == 0 ? '/' : 'a';
    assert_int_equal(path_check(path, PATH_LEN_MAX), 0);
    assert_int_equal(path_check(path, PATH_LEN_MAX + 1), -ENAMETOOLONG);
    memset(path + 1, 'a', PATH_SEGMENT_MAX + 1);
    assert_int_equal(path_check(path, PATH_SEGMENT_MAX + 1), 0);
    assert_int_equal(path_check(path, PATH_SEGMENT_MAX + 2), -ENAMETOOLONG);
}

static void
reasons_are_told_apart(void **state)
{
    (void)state;
    assert_string_not_equal(path_reason(-EINVAL), path_reason(-EILSEQ));
    assert_string_not_equal(path_reason(-EILSEQ), path_reason(-ENAMETOOLONG));
    assert_string_not_equal(path_reason(-EINVAL), path_reason(-EIO));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_paths_are_fine),
        cmocka_unit_test(paths_that_lead_elsewhere_are_refused),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(length_is_bounded),
        cmocka_unit_test(reasons_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
