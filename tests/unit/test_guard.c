#include "services/sync-engine/merge/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
a_hundred_files_may_always_go(void **state)
{
    (void)state;
    assert_false(guard_is_mass_delete(100, 100, 50));
    assert_true(guard_is_mass_delete(101, 101, 50));
    assert_false(guard_is_mass_delete(0, 0, 0));
}

static void
exactly_the_share_is_allowed_one_file_more_is_not(void **state)
{
    (void)state;
    assert_false(guard_is_mass_delete(500, 1000, 50));
    assert_true(guard_is_mass_delete(501, 1000, 50));
    assert_false(guard_is_mass_delete(500, 1001, 50));
    assert_true(guard_is_mass_delete(501, 1001, 50));
    assert_true(guard_is_mass_delete(101, 1000, 0));
}

static void
a_hundred_percent_allows_everything(void **state)
{
    (void)state;
    assert_false(guard_is_mass_delete(1000000, 1000000, 100));
    assert_true(guard_is_mass_delete(1000000, 1000000, 99));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_files_may_always_go),
        cmocka_unit_test(exactly_the_share_is_allowed_one_file_more_is_not),
        cmocka_unit_test(a_hundred_percent_allows_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
