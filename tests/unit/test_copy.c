#include "services/bus-client/copy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HUB 77

static struct state
state_of(enum state_name name)
{
    return (struct state){.epoch_us = 1,
                          .instance = 2,
                          .name = name,
                          .has = STATE_HAS_RUN | STATE_HAS_PERMILLE |
                                 STATE_HAS_RUN_TIMES,
                          .run = 5,
                          .up_ms = 100000,
                          .run_up_ms = 90000,
                          .progress_up_ms = 99000,
                          .permille = 500};
}

static struct copy_row
row_of(const char *id, const struct state *s, const struct verdict *v)
{
    return (struct copy_row){.id = id, .state = s, .verdict = v};
}

static int
apply(struct copy *c, const char *id, enum state_name name, uint64_t relay)
{
    struct state s = state_of(name);
    struct verdict v = {.hub_epoch = HUB, .relay = relay};
    struct copy_row row = row_of(id, &s, &v);

    return copy_apply(c, &row, 1000);
}

/* A copy with a snapshot of these engines, each at relay 1. */
static void
set_up(struct copy *c, const char *const *ids)
{
    struct state s = state_of(STATE_SYNCING);
    struct verdict v = {.hub_epoch = HUB, .relay = 1};

    copy_init(c);
    copy_begin_snapshot(c, HUB);
    for (; *ids != NULL; ids++) {
        struct copy_row row = row_of(*ids, &s, &v);

        assert_int_equal(copy_add(c, &row, 1000), 0);
    }
    copy_beat(c, 1000, 5000);
    copy_end_snapshot(c);
    copy_judge(c, 1000);
}

#define IDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
without_a_snapshot_nothing_applies(void **unused)
{
    struct copy c;

    (void)unused;
    copy_init(&c);
    assert_int_equal(apply(&c, "a", STATE_IDLE, 1), COPY_OTHER_HUB);
    assert_int_equal(c.count, 0);
    copy_judge(&c, 1);
    assert_false(c.bus_up);
    copy_clear(&c);
}

static void
engines_are_sorted_and_found(void **unused)
{
    struct copy c;
    char id[TOPIC_ID_MAX];

    (void)unused;
    set_up(&c, IDS("m", "a", "z"));
    for (int i = 0; i < 100; i++) {
        (void)snprintf(id, sizeof id, "e%02d", (i * 37) % 100);
        assert_int_equal(apply(&c, id, STATE_IDLE, 1), 0);
    }
    assert_int_equal(c.count, 103);
    for (size_t i = 1; i < c.count; i++)
        assert_true(strcmp(c.engines[i - 1]->id, c.engines[i]->id) < 0);
    assert_string_equal(copy_find(&c, "e42")->id, "e42");
    assert_null(copy_find(&c, "e100"));
    assert_null(copy_find(&c, ""));
    copy_clear(&c);
}

static void
a_live_message_applies_only_when_its_relay_grew(void **unused)
{
    struct copy c;

    (void)unused;
    set_up(&c, IDS("a"));
    assert_int_equal(apply(&c, "a", STATE_IDLE, 1), COPY_STALE);
    assert_int_equal(copy_find(&c, "a")->state.name, STATE_SYNCING);
    assert_int_equal(apply(&c, "a", STATE_IDLE, 2), 0);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_IDLE);
    assert_int_equal(c.lost, 0);
    assert_int_equal(apply(&c, "a", STATE_ERROR, 5), COPY_GAP);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_ERROR);
    assert_int_equal(c.lost, 2);
    assert_int_equal(copy_find(&c, "a")->tally.relay_lost, 2);
    copy_clear(&c);
}

static void
of_an_engine_that_is_new_nothing_can_be_lost(void **unused)
{
    struct copy c;

    (void)unused;
    set_up(&c, IDS("a", "b"));
    assert_int_equal(apply(&c, "new", STATE_IDLE, 1500), 0);
    assert_int_equal(apply(&c, "new", STATE_IDLE, 1502), COPY_GAP);
    copy_begin_snapshot(&c, HUB); /* the hub has forgotten them all */
    copy_end_snapshot(&c);
    assert_int_equal(apply(&c, "a", STATE_IDLE, 1600), 0);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_IDLE);
    assert_int_equal(c.lost, 1);
    copy_clear(&c);
}

static void
another_hub_needs_a_snapshot_first(void **unused)
{
    struct copy c;
    struct state s = state_of(STATE_IDLE);
    struct verdict v = {.hub_epoch = HUB + 1, .relay = 99};
    struct copy_row row = row_of("a", &s, &v);

    (void)unused;
    set_up(&c, IDS("a"));
    assert_int_equal(copy_apply(&c, &row, 1000), COPY_OTHER_HUB);
    assert_int_equal(copy_find(&c, "a")->state.name, STATE_SYNCING);
    copy_clear(&c);
}

static void
who_is_not_in_a_snapshot_is_off_not_gone(void **unused)
{
    struct copy c;
    struct state s = state_of(STATE_SYNCING);
    struct verdict v = {.hub_epoch = HUB + 1, .relay = 1};
    struct copy_row row = row_of("b", &s, &v);

    (void)unused;
    set_up(&c, IDS("a", "b"));
    assert_int_equal(apply(&c, "a", STATE_SYNCING, 2), 0);
    copy_begin_snapshot(&c, HUB + 1);
    assert_int_equal(copy_add(&c, &row, 1000), 0);
    copy_end_snapshot(&c);
    copy_judge(&c, 1000);
    assert_int_equal(c.count, 2);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_OFFLINE);
    assert_int_equal(copy_find(&c, "b")->shown, COPY_SYNCING);
    /* The new hub counts what it relays about a from 1 on. */
    v = (struct verdict){.hub_epoch = HUB + 1, .relay = 1};
    row = row_of("a", &s, &v);
    assert_int_equal(copy_apply(&c, &row, 1000), 0);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_SYNCING);
    copy_clear(&c);
}

static void
silence_of_the_hub_makes_everything_unknown(void **unused)
{
    struct copy c;
    uint64_t generation;

    (void)unused;
    set_up(&c, IDS("a"));
    copy_judge(&c, 1000 + COPY_BUS_SILENT_MS - 1);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_SYNCING);
    generation = c.generation;
    copy_judge(&c, 1000 + COPY_BUS_SILENT_MS);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_UNKNOWN);
    assert_false(c.bus_up);
    assert_true(c.generation > generation);
    copy_beat(&c, 9000, 9000);
    copy_judge(&c, 9000);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_SYNCING);
    copy_clear(&c);
}

static void
a_sync_that_does_not_move_stalls_while_nobody_says_a_word(void **unused)
{
    struct copy c;
    uint64_t now;

    (void)unused;
    set_up(&c, IDS("a")); /* last progress 1000 ms before the state */
    now = 1000 + COPY_STALLED_MS - 1000;
    copy_beat(&c, now, now);
    copy_judge(&c, now);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_SYNCING);
    copy_judge(&c, now + 1);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_STALLED);
    assert_true(copy_is_syncing(COPY_STALLED));
    copy_clear(&c);
}

static void
off_and_bye_are_offline_and_dup_is_not(void **unused)
{
    struct copy c;
    struct state s = state_of(STATE_SYNCING);
    struct verdict v = {.hub_epoch = HUB, .relay = 2, .live = VERDICT_DUP};
    struct copy_row row = row_of("a", &s, &v);

    (void)unused;
    set_up(&c, IDS("a"));
    assert_int_equal(copy_apply(&c, &row, 1000), 0);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_SYNCING);
    v.relay++;
    v.live = VERDICT_OFF;
    assert_int_equal(copy_apply(&c, &row, 1000), 0);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_OFFLINE);
    assert_int_equal(apply(&c, "a", STATE_BYE, 4), 0);
    assert_int_equal(copy_find(&c, "a")->shown, COPY_OFFLINE);
    copy_clear(&c);
}

static void
within_a_run_the_share_never_falls_and_the_rest_never_grows(void **unused)
{
    struct copy c;
    struct state s = state_of(STATE_SYNCING);
    struct verdict v = {.hub_epoch = HUB, .relay = 2};
    struct copy_row row = row_of("a", &s, &v);
    const struct copy_engine *e;

    (void)unused;
    set_up(&c, IDS("a"));
    e = copy_find(&c, "a");
    assert_int_equal(e->permille, 500);
    assert_int_equal(e->eta_seconds, 10);
    s.permille = 400;
    s.up_ms = 190000;
    assert_int_equal(copy_apply(&c, &row, 1000), 0);
    assert_int_equal(e->permille, 500);
    assert_int_equal(e->eta_seconds, 10);
    s.permille = 5000; /* no more than all of it */
    v.relay++;
    assert_int_equal(copy_apply(&c, &row, 1000), 0);
    assert_int_equal(e->permille, 1000);
    assert_int_equal(e->eta_seconds, 0);
    s.run++;
    s.permille = 1;
    v.relay++;
    assert_int_equal(copy_apply(&c, &row, 1000), 0);
    assert_int_equal(e->permille, 1);
    assert_true(e->eta_seconds == COPY_SECONDS_UNKNOWN);
    s.up_ms = 1; /* before the run began: nonsense, no estimate */
    s.permille = 999;
    v.relay++;
    assert_int_equal(copy_apply(&c, &row, 1000), 0);
    assert_true(e->eta_seconds == COPY_SECONDS_UNKNOWN);
    copy_clear(&c);
}

static void
age_is_the_hubs_and_ours(void **unused)
{
    struct copy_engine e = {.verdict = {.age_ms = 40}, .heard_at_ms = 1000};

    (void)unused;
    assert_int_equal(copy_age_ms(&e, 1300), 340);
    assert_int_equal(copy_age_ms(&e, 900), 40); /* a clock never runs back */
}

/* The hub says that it is off, and when it was heard last. */
static void
tell_off(struct copy *c, uint64_t relay, uint64_t age_ms, uint64_t now_ms)
{
    struct state s = state_of(STATE_IDLE);
    struct verdict v = {.hub_epoch = HUB,
                        .relay = relay,
                        .live = VERDICT_OFF,
                        .age_ms = age_ms};
    struct copy_row row = row_of("gone", &s, &v);

    assert_int_equal(copy_apply(c, &row, now_ms), 0);
}

static void
judge_with_a_hub(struct copy *c, uint64_t now_ms)
{
    copy_beat(c, now_ms, 5000);
    copy_judge(c, now_ms);
}

static void
what_the_hub_has_forgotten_is_forgotten(void **unused)
{
    uint64_t day = 1000 + COPY_FORGET_MS, generation;
    struct copy c;

    (void)unused;
    set_up(&c, IDS("a", "gone", "z"));
    tell_off(&c, 2, 5000, 1000);
    tell_off(&c, 3, COPY_FORGET_MS + 1000, day);
    judge_with_a_hub(&c, day + COPY_UNTOLD_MS - 1);
    assert_non_null(copy_find(&c, "gone")); /* it may tell of it again */
    generation = c.generation;
    copy_judge(&c, day + COPY_UNTOLD_MS + COPY_BUS_SILENT_MS);
    assert_non_null(copy_find(&c, "gone")); /* without a hub nothing is known */
    judge_with_a_hub(&c, day + COPY_UNTOLD_MS);
    assert_null(copy_find(&c, "gone"));
    assert_int_equal(c.count, 2);
    assert_int_equal(c.forgotten, 1);
    assert_true(c.generation > generation);
    /* Nobody said that these are off. */
    assert_string_equal(c.engines[0]->id, "a");
    assert_string_equal(c.engines[1]->id, "z");
    assert_int_equal(apply(&c, "gone", STATE_IDLE, 9), 0); /* and it is back */
    copy_clear(&c);
}

static void
what_another_hub_does_not_know_is_kept_for_a_day(void **unused)
{
    struct copy c;

    (void)unused;
    set_up(&c, IDS("gone"));
    copy_begin_snapshot(&c, HUB + 1);
    copy_end_snapshot(&c);
    judge_with_a_hub(&c, 1000 + COPY_FORGET_MS - 1);
    assert_int_equal(copy_find(&c, "gone")->shown, COPY_OFFLINE);
    judge_with_a_hub(&c, 1000 + COPY_FORGET_MS);
    assert_null(copy_find(&c, "gone"));
    copy_clear(&c);
}

static void
there_is_a_limit(void **unused)
{
    struct copy c;
    char id[TOPIC_ID_MAX];

    (void)unused;
    set_up(&c, IDS("a"));
    for (int i = 1; i < COPY_ENGINES_MAX; i++) {
        (void)snprintf(id, sizeof id, "e%05d", i);
        assert_int_equal(apply(&c, id, STATE_IDLE, 1), 0);
    }
    assert_int_equal(apply(&c, "one-more", STATE_IDLE, 1), -ENOSPC);
    assert_int_equal(c.count, COPY_ENGINES_MAX);
    assert_int_equal(apply(&c, "a", STATE_IDLE, 2), 0);
    copy_clear(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_snapshot_nothing_applies),
        cmocka_unit_test(engines_are_sorted_and_found),
        cmocka_unit_test(a_live_message_applies_only_when_its_relay_grew),
        cmocka_unit_test(of_an_engine_that_is_new_nothing_can_be_lost),
        cmocka_unit_test(another_hub_needs_a_snapshot_first),
        cmocka_unit_test(who_is_not_in_a_snapshot_is_off_not_gone),
        cmocka_unit_test(silence_of_the_hub_makes_everything_unknown),
        cmocka_unit_test(
            a_sync_that_does_not_move_stalls_while_nobody_says_a_word),
        cmocka_unit_test(off_and_bye_are_offline_and_dup_is_not),
        cmocka_unit_test(
            within_a_run_the_share_never_falls_and_the_rest_never_grows),
        cmocka_unit_test(age_is_the_hubs_and_ours),
        cmocka_unit_test(what_the_hub_has_forgotten_is_forgotten),
        cmocka_unit_test(what_another_hub_does_not_know_is_kept_for_a_day),
        cmocka_unit_test(there_is_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
