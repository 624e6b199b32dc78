#include "services/sync-engine/cloud/skew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define NOW   UINT64_C(1700000000000)
#define DAY_S INT64_C(86400)

static void
a_clock_before_2023_is_wrong(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_true(skew_check_now(0, &f) < 0);
    assert_int_equal(f.code, CODE_CLOCK_SKEW);
    assert_string_equal(f.cause, "this machine says that it is 1970-01-01");
    assert_true(skew_check_now(SKEW_OLDEST_MS - 1, &f) < 0);
    assert_string_equal(f.cause, "this machine says that it is 2022-12-31");
}

static void
any_later_clock_may_be_right(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_int_equal(skew_check_now(SKEW_OLDEST_MS, &f), 0);
    assert_int_equal(skew_check_now(NOW, &f), 0);
    assert_int_equal(skew_check_now(NOW + 86400000ULL * 36500, &f), 0);
    assert_int_equal(f.code, CODE_OK);
}

static void
only_what_is_more_than_seven_minutes_ahead_is(void **state)
{
    (void)state;
    assert_false(skew_is_ahead(NOW, 0));
    assert_false(skew_is_ahead(NOW, (int64_t)NOW));
    assert_false(skew_is_ahead(NOW, (int64_t)NOW + 420000));
    assert_true(skew_is_ahead(NOW, (int64_t)NOW + 420001));
    assert_true(skew_is_ahead(NOW, INT64_MAX));
    assert_false(skew_is_ahead(NOW, -DAY_S));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_before_2023_is_wrong),
        cmocka_unit_test(any_later_clock_may_be_right),
        cmocka_unit_test(only_what_is_more_than_seven_minutes_ahead_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
