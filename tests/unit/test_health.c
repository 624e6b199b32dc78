#include "tools/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct verdict on = {.live = VERDICT_ON, .age_ms = 400};

static void
a_live_engine_at_rest_is_well(void **unused)
{
    const enum state_name at_rest[] = {STATE_DISABLED, STATE_IDLE, STATE_QUEUED,
                                       STATE_ERROR};

    (void)unused;
    for (size_t i = 0; i < sizeof at_rest / sizeof *at_rest; i++) {
        struct state s = {.name = at_rest[i], .up_ms = 3600000};

        assert_null(health_find_fault(&s, &on));
    }
}

static void
what_the_hub_lost_or_saw_twice_is_not(void **unused)
{
    const struct state s = {.name = STATE_IDLE, .up_ms = 5000};
    const struct verdict off = {.live = VERDICT_OFF},
                         dup = {.live = VERDICT_DUP};

    (void)unused;
    assert_string_equal(health_find_fault(&s, &off), "offline");
    assert_string_equal(health_find_fault(&s, &dup),
                        "a second engine has the same id");
}

static void
a_run_may_rest_a_minute_and_no_longer(void **unused)
{
    struct state s = {.name = STATE_SYNCING,
                      .progress_up_ms = 1000,
                      .up_ms = 1000 + HEALTH_STALL_MS - 400};

    (void)unused;
    assert_null(health_find_fault(&s, &on)); /* with the age: exactly */
    s.up_ms++;
    assert_non_null(health_find_fault(&s, &on));
}

static void
an_impossible_progress_time_is_no_stall(void **unused)
{
    const struct state s = {
        .name = STATE_SYNCING, .progress_up_ms = 9000, .up_ms = 100};

    (void)unused;
    assert_null(health_find_fault(&s, &on));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_engine_at_rest_is_well),
        cmocka_unit_test(what_the_hub_lost_or_saw_twice_is_not),
        cmocka_unit_test(a_run_may_rest_a_minute_and_no_longer),
        cmocka_unit_test(an_impossible_progress_time_is_no_stall),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
