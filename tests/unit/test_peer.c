/* The watchdog of peer.h: the rest of it is sockets, and tested with them. */
#include "services/runtime/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
silence_of_the_limit_is_due(void **state)
{
    struct watchdog w;

    (void)state;
    watchdog_init(&w, 5000, 100);
    assert_false(watchdog_due(&w, 100));
    assert_false(watchdog_due(&w, 5099));
    assert_true(watchdog_due(&w, 5100));
}

static void
every_word_heard_starts_it_again(void **state)
{
    struct watchdog w;

    (void)state;
    watchdog_init(&w, 5000, 100);
    watchdog_heard(&w, 5050);
    assert_false(watchdog_due(&w, 10049));
    assert_true(watchdog_due(&w, 10050));
}

static void
a_rebuild_waits_for_the_limit_and_a_jitter(void **state)
{
    struct watchdog w;

    (void)state;
    watchdog_init(&w, 5000, 0);
    for (uint32_t r = 0; r < 100000; r += 37) {
        watchdog_rebuilt(&w, 1000, r);
        assert_false(watchdog_due(&w, 1000)); /* during the jitter */
        assert_false(watchdog_due(&w, 5999));
        assert_true(watchdog_due(&w, 6500));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_of_the_limit_is_due),
        cmocka_unit_test(every_word_heard_starts_it_again),
        cmocka_unit_test(a_rebuild_waits_for_the_limit_and_a_jitter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
