#include "services/sync-engine/repo/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void
text_names_the_thing(void **state)
{
    struct problem p = {0};

    (void)state;
    assert_int_equal(problem_set(&p, PROBLEM_BUSY_FILE, "%s is busy", "/a/b"),
                     -EIO);
    assert_int_equal(p.kind, PROBLEM_BUSY_FILE);
    assert_string_equal(p.text, "/a/b is busy");
}

static void
bytes_that_are_no_text_are_escaped(void **state)
{
    struct problem p = {0};

    (void)state;
    (void)problem_set(&p, PROBLEM_UNSAFE_PATH, "%s",
                      "\xe5\x9b\xbe\xff\n\x7f\xe5\x9b");
    assert_string_equal(p.text, "\xe5\x9b\xbe\\xff\\x0a\\x7f\\xe5\\x9b");
}

static void
long_text_is_cut_between_characters(void **state)
{
    struct problem p = {0};
    char text[3 * PROBLEM_TEXT_MAX + 1] = "";

    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = "\xe5\x9b\xbe"[i % 3];
    (void)problem_set(&p, PROBLEM_UNSAFE_PATH, "%s", text);
    /* 65 characters of three bytes and the dots. */
    assert_int_equal(strlen(p.text), 65 * 3 + 3);
    assert_string_equal(strrchr(p.text, '\xe5'), "\xe5\x9b\xbe...");
}

static void
text_of_just_the_room_is_not_cut(void **state)
{
    struct problem p = {0};
    char text[PROBLEM_TEXT_MAX];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)problem_set(&p, PROBLEM_DAMAGED, "%s", text);
    assert_string_equal(p.text, text);
}

static void
errors_of_the_disk_have_their_kinds(void **state)
{
    static const struct {
        int error;
        enum problem_kind kind;
    } cases[] = {
        {ENOSPC, PROBLEM_DISK_FULL}, {EDQUOT, PROBLEM_DISK_FULL},
        {EFBIG, PROBLEM_DISK_FULL},  {EACCES, PROBLEM_PERMISSION},
        {EROFS, PROBLEM_PERMISSION}, {EPERM, PROBLEM_PERMISSION},
        {ENOMEM, PROBLEM_SYSTEM},    {EIO, PROBLEM_SYSTEM},
    };
    struct problem p = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(problem_errno(&p, -cases[i].error, "refs/latest"),
                         -cases[i].error);
        assert_int_equal(p.kind, cases[i].kind);
    }
    assert_string_equal(p.text, "refs/latest: Input/output error");
    assert_int_equal(problem_unreadable(&p, -EACCES, "/a"), -EACCES);
    assert_int_equal(p.kind, PROBLEM_UNREADABLE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_names_the_thing),
        cmocka_unit_test(bytes_that_are_no_text_are_escaped),
        cmocka_unit_test(long_text_is_cut_between_characters),
        cmocka_unit_test(text_of_just_the_room_is_not_cut),
        cmocka_unit_test(errors_of_the_disk_have_their_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
