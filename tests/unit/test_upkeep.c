#include "services/sync-engine/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
the_first_success_of_a_process_is_the_time(void **state)
{
    const struct upkeep never = {0};

    (void)state;
    assert_true(upkeep_is_due(&never, 0));
    assert_true(upkeep_is_due(&never, 1));
}

static void
then_it_is_at_most_every_six_hours(void **state)
{
    const struct upkeep u = {.tried = true, .tried_at_ms = 1000};

    (void)state;
    assert_false(upkeep_is_due(&u, 1000));
    assert_false(upkeep_is_due(&u, 1000 + 6 * 3600 * 1000 - 1));
    assert_true(upkeep_is_due(&u, 1000 + 6 * 3600 * 1000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_success_of_a_process_is_the_time),
        cmocka_unit_test(then_it_is_at_most_every_six_hours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
