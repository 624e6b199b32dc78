#include "services/sync-engine/debounce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
without_an_edit_nothing_is_due(void **state)
{
    struct debounce d = {0};

    (void)state;
    assert_true(debounce_due_ms(&d) == DEBOUNCE_NEVER);
}

static void
a_run_is_due_once_edits_are_quiet(void **state)
{
    struct debounce d = {0};

    (void)state;
    debounce_touch(&d, 0);
    assert_int_equal(debounce_due_ms(&d), DEBOUNCE_QUIET_MS);
    debounce_touch(&d, 1500);
    assert_int_equal(debounce_due_ms(&d), 1500 + DEBOUNCE_QUIET_MS);
}

static void
endless_edits_are_not_waited_for(void **state)
{
    struct debounce d = {0};
    uint64_t now_ms;

    (void)state;
    for (now_ms = 1000; now_ms < 1000 + DEBOUNCE_MAX_MS; now_ms += 1000) {
        assert_true(debounce_due_ms(&d) > now_ms);
        debounce_touch(&d, now_ms);
    }
    assert_int_equal(debounce_due_ms(&d), now_ms);
}

static void
a_run_takes_the_waiting_edits(void **state)
{
    struct debounce d = {0};

    (void)state;
    debounce_touch(&d, 5);
    debounce_clear(&d);
    assert_true(debounce_due_ms(&d) == DEBOUNCE_NEVER);
    debounce_touch(&d, 90000);
    assert_int_equal(debounce_due_ms(&d), 90000 + DEBOUNCE_QUIET_MS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_an_edit_nothing_is_due),
        cmocka_unit_test(a_run_is_due_once_edits_are_quiet),
        cmocka_unit_test(endless_edits_are_not_waited_for),
        cmocka_unit_test(a_run_takes_the_waiting_edits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
