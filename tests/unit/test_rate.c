#include "services/sync-engine/run/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
nothing_seen_is_no_rate(void **state)
{
    struct rate r = {0};

    (void)state;
    assert_int_equal(rate_read(&r, 0), 0);
    assert_int_equal(rate_read(&r, 1000000), 0);
}

static void
a_steady_stream_is_measured_within_a_tenth(void **state)
{
    struct rate r = {0};
    uint64_t now_ms = 12345;

    (void)state;
    for (int i = 0; i < 200; i++, now_ms += 100)
        rate_add(&r, 100000, now_ms);
    assert_in_range(rate_read(&r, now_ms), 900000, 1100000);
}

static void
the_first_second_counts_too(void **state)
{
    struct rate r = {0};

    (void)state;
    rate_add(&r, 500000, 1000);
    rate_add(&r, 500000, 2000);
    assert_in_range(rate_read(&r, 2000), 900000, 1100000);
}

static void
five_idle_seconds_are_no_rate(void **state)
{
    struct rate r = {0};

    (void)state;
    rate_add(&r, 1 << 30, 1000);
    assert_true(rate_read(&r, 4000) > 0);
    assert_int_equal(rate_read(&r, 6500), 0);
    assert_int_equal(rate_read(&r, 1000000), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_seen_is_no_rate),
        cmocka_unit_test(a_steady_stream_is_measured_within_a_tenth),
        cmocka_unit_test(the_first_second_counts_too),
        cmocka_unit_test(five_idle_seconds_are_no_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
