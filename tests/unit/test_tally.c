#include "services/bus-client/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HUB 77

static const struct verdict verdict = {.hub_epoch = HUB};

static struct state
state_of(uint64_t epoch, uint64_t ok, uint64_t failed)
{
    return (struct state){.epoch_us = epoch,
                          .instance = 9,
                          .has = STATE_HAS_COUNTS,
                          .counts = {.ok = ok,
                                     .failed = failed,
                                     .conflicts = 2 * ok,
                                     .sent_bytes = 100 * ok,
                                     .received_bytes = 10 * ok}};
}

static void
fold(struct tally *t, uint64_t epoch, uint64_t ok, uint64_t failed)
{
    struct state s = state_of(epoch, ok, failed);

    tally_fold(t, &s, &verdict);
}

static void
a_run_counts_once_however_often_it_is_told(void **unused)
{
    struct tally t = {.relay_lost = 0};

    (void)unused;
    for (int i = 0; i < 5; i++)
        fold(&t, 1, 3, 1);
    assert_int_equal(t.counts.ok, 3);
    assert_int_equal(t.counts.failed, 1);
    assert_int_equal(t.counts.conflicts, 6);
    assert_int_equal(t.counts.sent_bytes, 300);
    assert_int_equal(t.counts.received_bytes, 30);
}

static void
runs_that_ended_between_two_messages_count(void **unused)
{
    struct tally t = {.relay_lost = 0};

    (void)unused;
    fold(&t, 1, 3, 0);
    fold(&t, 1, 10, 4);
    assert_int_equal(t.counts.ok, 10);
    assert_int_equal(t.counts.failed, 4);
}

static void
a_restarted_engine_adds_to_what_was(void **unused)
{
    struct tally t = {.relay_lost = 0};
    struct state fresh = {.epoch_us = 2, .instance = 9};

    (void)unused;
    fold(&t, 1, 7, 1);
    tally_fold(&t, &fresh, &verdict); /* it has not counted anything yet */
    assert_int_equal(t.counts.ok, 7);
    fold(&t, 2, 1, 0);
    fold(&t, 2, 2, 0);
    assert_int_equal(t.counts.ok, 9);
    assert_int_equal(t.counts.failed, 1);
}

static void
two_that_take_turns_under_one_id_count_once_each(void **unused)
{
    struct tally t = {.relay_lost = 0};

    (void)unused;
    for (uint64_t i = 1; i <= 10; i++) {
        fold(&t, 1, i, 0);
        fold(&t, 2, i, 0);
    }
    assert_int_equal(t.counts.ok, 20);
}

static void
a_counter_that_falls_adds_nothing(void **unused)
{
    struct tally t = {.relay_lost = 0};

    (void)unused;
    fold(&t, 1, 7, 7);
    fold(&t, 1, 2, 2);
    assert_int_equal(t.counts.ok, 7);
    fold(&t, 1, 7, 7);
    assert_int_equal(t.counts.ok, 7);
    fold(&t, 1, 8, 8);
    assert_int_equal(t.counts.ok, 8);
    assert_int_equal(t.counts.failed, 8);
}

static void
absent_counters_say_nothing(void **unused)
{
    struct tally t = {.relay_lost = 0};
    struct state s = state_of(1, 5, 5);

    (void)unused;
    s.has = 0;
    tally_fold(&t, &s, &verdict);
    assert_int_equal(t.counts.ok, 0);
    fold(&t, 1, 5, 5);
    tally_fold(&t, &s, &verdict);
    assert_int_equal(t.counts.ok, 5);
}

static void
what_a_hub_missed_is_added_over_hubs(void **unused)
{
    struct tally t = {.relay_lost = 0};
    struct state s = state_of(1, 0, 0);
    struct verdict v = {.hub_epoch = 1, .lost = 4};

    (void)unused;
    tally_fold(&t, &s, &v);
    tally_fold(&t, &s, &v);
    assert_int_equal(t.ingest_lost, 4);
    v = (struct verdict){.hub_epoch = 2, .lost = 1};
    tally_fold(&t, &s, &v);
    v.lost = 3;
    tally_fold(&t, &s, &v);
    assert_int_equal(t.ingest_lost, 7);
}

static void
the_interval_is_learned_from_runs_that_went_well(void **unused)
{
    struct tally t = {.relay_lost = 0};
    struct state s = state_of(1, 0, 0);

    (void)unused;
    s.has = STATE_HAS_LAST | STATE_HAS_NEXT;
    s.last = (struct state_last){.ok = true, .at_ms = 1000};
    s.next_at_ms = 31000;
    tally_fold(&t, &s, &verdict);
    assert_int_equal(t.interval_ms, 30000);
    s.last = (struct state_last){.at_ms = 40000}; /* backs off */
    s.next_at_ms = 40000 + 3600000;
    tally_fold(&t, &s, &verdict);
    assert_int_equal(t.interval_ms, 30000);
    s.last = (struct state_last){.ok = true, .at_ms = 50000};
    s.next_at_ms = 0; /* by hand from now on */
    tally_fold(&t, &s, &verdict);
    assert_int_equal(t.interval_ms, 0);
}

static void
refusals_add_up_over_restarts_of_the_hub(void **unused)
{
    struct tally_refused t = {.epoch_us = 0};
    struct beat b = {.epoch_us = 1, .instance = 1};

    (void)unused;
    b.drop[REFUSAL_RATE] = 5;
    tally_fold_beat(&t, &b);
    tally_fold_beat(&t, &b);
    assert_int_equal(t.total[REFUSAL_RATE], 5);
    b.epoch_us = 2;
    b.drop[REFUSAL_RATE] = 3;
    b.drop[REFUSAL_TOPIC] = 1;
    tally_fold_beat(&t, &b);
    assert_int_equal(t.total[REFUSAL_RATE], 8);
    assert_int_equal(t.total[REFUSAL_TOPIC], 1);
    assert_int_equal(t.total[REFUSAL_FULL], 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_counts_once_however_often_it_is_told),
        cmocka_unit_test(runs_that_ended_between_two_messages_count),
        cmocka_unit_test(a_restarted_engine_adds_to_what_was),
        cmocka_unit_test(two_that_take_turns_under_one_id_count_once_each),
        cmocka_unit_test(a_counter_that_falls_adds_nothing),
        cmocka_unit_test(absent_counters_say_nothing),
        cmocka_unit_test(what_a_hub_missed_is_added_over_hubs),
        cmocka_unit_test(the_interval_is_learned_from_runs_that_went_well),
        cmocka_unit_test(refusals_add_up_over_restarts_of_the_hub),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
