#include "services/sync-engine/cloud/temp_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void
a_name_is_seven_characters_and_tmp(void **state)
{
    struct temp_name t;
    char name[64];

    (void)state;
    temp_name_init(&t, "device", 7);
    temp_name_next(&t, "refs/latest", name, sizeof name);
    assert_int_equal(strlen(name), strlen("refs/latest") + 11);
    assert_int_equal(strncmp(name, "refs/latest", 11), 0);
    assert_string_equal(name + strlen(name) - 4, ".tmp");
}

static void
two_names_in_a_row_differ(void **state)
{
    struct temp_name t;
    char a[64];
    char b[64];

    (void)state;
    temp_name_init(&t, "device", 0xffffffffU);
    temp_name_next(&t, "x", a, sizeof a);
    temp_name_next(&t, "x", b, sizeof b);
    assert_string_not_equal(a, b);
}

static void
a_later_run_of_the_device_knows_its_names(void **state)
{
    struct temp_name first;
    struct temp_name later;
    char name[64];

    (void)state;
    temp_name_init(&first, "device", 1);
    temp_name_init(&later, "device", 999);
    temp_name_next(&first, "objects/ab/cd", name, sizeof name);
    assert_int_equal(temp_name_owner(&later, name), TEMP_NAME_OURS);
}

static void
other_names_are_not_ours(void **state)
{
    struct temp_name t;
    struct temp_name other;
    char name[64];

    (void)state;
    temp_name_init(&t, "device", 1);
    temp_name_init(&other, "another device", 1);
    temp_name_next(&other, "objects/ab/cd", name, sizeof name);
    assert_int_equal(temp_name_owner(&t, name), TEMP_NAME_OTHERS);
    assert_int_equal(temp_name_owner(&t, "objects/ab/cd"), TEMP_NAME_NONE);
    assert_int_equal(temp_name_owner(&t, "notes.tmp"), TEMP_NAME_NONE);
    assert_int_equal(temp_name_owner(&t, "abcdefg.tmp"), TEMP_NAME_NONE);
    assert_int_equal(temp_name_owner(&t, "my notes.tmp"), TEMP_NAME_NONE);
    assert_int_equal(temp_name_owner(&t, ""), TEMP_NAME_NONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_seven_characters_and_tmp),
        cmocka_unit_test(two_names_in_a_row_differ),
        cmocka_unit_test(a_later_run_of_the_device_knows_its_names),
        cmocka_unit_test(other_names_are_not_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
