#include "services/sync-engine/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
success_waits_for_the_interval(void **state)
{
    (void)state;
    assert_int_equal(schedule_delay_ms(30000, 0), 30000);
    assert_int_equal(schedule_delay_ms(43200000, 0), 43200000);
}

static void
failures_back_off_to_an_hour(void **state)
{
    static const uint64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};

    (void)state;
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
        assert_int_equal(schedule_delay_ms(30000, i + 1), minutes[i] * 60000);
    assert_int_equal(schedule_delay_ms(30000, UINT64_MAX), 3600000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_waits_for_the_interval),
        cmocka_unit_test(failures_back_off_to_an_hour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
