#include "services/sync-engine/bus/cadence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct cadence
sent(enum state_name name)
{
    struct cadence c = {0};

    cadence_sent(&c, 7, name, 10000);
    return c;
}

static void
the_first_state_goes_out_at_once(void **state)
{
    struct cadence c = {0};

    (void)state;
    assert_true(cadence_due(&c, 1, STATE_IDLE, 0));
    assert_int_equal(cadence_wait_ms(&c, 0), 0);
}

static void
a_new_name_goes_out_at_once(void **state)
{
    struct cadence c = sent(STATE_IDLE);

    (void)state;
    assert_true(cadence_due(&c, 8, STATE_SYNCING, 10000));
}

static void
other_changes_wait_a_tenth_of_a_second(void **state)
{
    struct cadence c = sent(STATE_SYNCING);

    (void)state;
    assert_false(cadence_due(&c, 8, STATE_SYNCING, 10099));
    assert_true(cadence_due(&c, 8, STATE_SYNCING, 10100));
    assert_int_equal(cadence_wait_ms(&c, 10001), 100);
}

static void
nothing_new_is_a_beat_every_second(void **state)
{
    struct cadence c = sent(STATE_IDLE);

    (void)state;
    assert_false(cadence_due(&c, 7, STATE_IDLE, 10999));
    assert_true(cadence_due(&c, 7, STATE_IDLE, 11000));
    assert_int_equal(cadence_wait_ms(&c, 10300), 700);
    assert_int_equal(cadence_wait_ms(&c, 11000), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_state_goes_out_at_once),
        cmocka_unit_test(a_new_name_goes_out_at_once),
        cmocka_unit_test(other_changes_wait_a_tenth_of_a_second),
        cmocka_unit_test(nothing_new_is_a_beat_every_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
