#include "services/sync-engine/wake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FAR UINT64_C(1000000)

/* Automatic, switched on, the next run far away. */
static struct wake
waiting(void)
{
    return (struct wake){.automatic = true,
                         .enabled = true,
                         .next_at_ms = FAR,
                         .news_at_ms = WAKE_NEVER};
}

static void
assert_due(const struct wake *w, enum wake_reason reason, uint64_t at_ms)
{
    struct wake_due due = wake_due(w);

    assert_int_equal(due.reason, reason);
    assert_true(due.at_ms == at_ms);
}

static void
by_itself_the_clock_decides(void **state)
{
    struct wake w = waiting();

    (void)state;
    assert_due(&w, WAKE_CLOCK, FAR);
}

static void
edits_come_before_the_clock_once_they_are_quiet(void **state)
{
    struct wake w = waiting();

    (void)state;
    debounce_touch(&w.edits, 5000);
    assert_due(&w, WAKE_EDITS, 5000 + DEBOUNCE_QUIET_MS);
    debounce_touch(&w.edits, 6000);
    assert_due(&w, WAKE_EDITS, 6000 + DEBOUNCE_QUIET_MS);
    debounce_clear(&w.edits);
    assert_due(&w, WAKE_CLOCK, FAR);
}

static void
edits_right_before_the_clock_do_not_delay_it(void **state)
{
    struct wake w = waiting();

    (void)state;
    debounce_touch(&w.edits, FAR - 1);
    assert_due(&w, WAKE_CLOCK, FAR);
}

static void
endless_edits_are_due_at_their_bound(void **state)
{
    struct wake w = waiting();

    (void)state;
    for (uint64_t t = 5000; t < 5000 + 2 * DEBOUNCE_MAX_MS; t += 500)
        debounce_touch(&w.edits, t);
    assert_due(&w, WAKE_EDITS, 5000 + DEBOUNCE_MAX_MS);
}

static void
the_earlier_of_edits_and_news_counts(void **state)
{
    struct wake w = waiting();

    (void)state;
    debounce_touch(&w.edits, 5000);
    w.news_at_ms = 6000;
    assert_due(&w, WAKE_NEWS, 6000);
    w.news_at_ms = 8000;
    assert_due(&w, WAKE_EDITS, 5000 + DEBOUNCE_QUIET_MS);
}

static void
after_a_failure_only_the_clock_and_orders_count(void **state)
{
    struct wake w = waiting();

    (void)state;
    w.failed = true;
    w.news_at_ms = 10;
    debounce_touch(&w.edits, 10);
    assert_due(&w, WAKE_CLOCK, FAR);
    w.ordered = true;
    assert_due(&w, WAKE_ORDER, 0);
}

static void
a_manual_one_waits_for_orders(void **state)
{
    struct wake w = waiting();

    (void)state;
    w.automatic = false;
    w.news_at_ms = 10;
    debounce_touch(&w.edits, 10);
    assert_due(&w, WAKE_NOTHING, WAKE_NEVER);
    w.ordered = true;
    assert_due(&w, WAKE_ORDER, 0);
}

static void
switched_off_nothing_is_due(void **state)
{
    struct wake w = waiting();

    (void)state;
    w.enabled = false;
    w.news_at_ms = 10;
    debounce_touch(&w.edits, 10);
    assert_due(&w, WAKE_OFF, WAKE_NEVER);
    w.automatic = false;
    assert_due(&w, WAKE_OFF, WAKE_NEVER);
    w.ordered = true; /* one that was called off, to be told */
    assert_due(&w, WAKE_ORDER, 0);
}

/* What the waiting told, and who ends it. */
struct witness {
    int stop_fd;
    int looks;
    struct wake_due told[8];
    int count;
};

static void
look(void *ctx, struct wake *w)
{
    struct witness *seen = ctx;

    switch (seen->looks++) {
    case 0: /* there is news */
        w->news_at_ms = FAR * FAR - 1;
        break;
    case 1: /* nothing changed */
        break;
    case 2:
        w->enabled = false;
        break;
    default: /* nobody waits for ever */
        w->ordered = true;
    }
    (void)eventfd_write(w->hooks.fd, 1);
}

static void
on_due(void *ctx, struct wake_due due)
{
    struct witness *seen = ctx;

    seen->told[seen->count++] = due;
}

static void
every_change_of_what_is_due_is_told_once(void **state)
{
    struct witness seen = {.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    struct wake w = waiting();
    enum wake_reason why = WAKE_NOTHING;

    (void)state;
    w.next_at_ms = FAR * FAR;
    w.told = (struct wake_due){WAKE_CLOCK, w.next_at_ms};
    w.hooks = (struct wake_hooks){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                  .look = look,
                                  .on_due = on_due,
                                  .ctx = &seen};
    debounce_touch(&w.edits, FAR * FAR - 10); /* later than the news */
    assert_true(wake_wait(&w, seen.stop_fd, &why));
    assert_int_equal(why, WAKE_ORDER);
    assert_false(w.edits.waiting); /* they are part of that run */
    assert_int_equal(seen.looks, 4);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.told[0].reason, WAKE_NEWS);
    assert_true(seen.told[0].at_ms == FAR * FAR - 1);
    assert_int_equal(seen.told[1].reason, WAKE_OFF);
    close(w.hooks.fd);
    close(seen.stop_fd);
}

static void
what_a_run_told_is_not_told_again(void **state)
{
    const struct report nothing = {0};
    struct wake w = waiting();

    (void)state;
    wake_ran(&w, &nothing, false, FAR);
    assert_due(&w, w.told.reason, w.told.at_ms);
    assert_int_equal(w.told.reason, WAKE_CLOCK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_itself_the_clock_decides),
        cmocka_unit_test(edits_come_before_the_clock_once_they_are_quiet),
        cmocka_unit_test(edits_right_before_the_clock_do_not_delay_it),
        cmocka_unit_test(endless_edits_are_due_at_their_bound),
        cmocka_unit_test(the_earlier_of_edits_and_news_counts),
        cmocka_unit_test(after_a_failure_only_the_clock_and_orders_count),
        cmocka_unit_test(a_manual_one_waits_for_orders),
        cmocka_unit_test(switched_off_nothing_is_due),
        cmocka_unit_test(every_change_of_what_is_due_is_told_once),
        cmocka_unit_test(what_a_run_told_is_not_told_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
