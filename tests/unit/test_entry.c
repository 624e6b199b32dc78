#include "services/state-aggregator/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0 UINT64_C(1000000) /* where the tests' clock begins */

/* A message of session (epoch, instance) with its seq. */
struct message {
    uint64_t epoch_us;
    uint32_t instance;
    uint64_t seq;
};

static struct entry
new_entry(void)
{
    struct entry e;

    entry_init(&e, 3, T0);
    return e;
}

static int
apply(struct entry *e, struct message m, uint64_t now_ms)
{
    struct state s = {.epoch_us = m.epoch_us,
                      .instance = m.instance,
                      .seq = m.seq,
                      .ttl_ms = STATE_TTL_MS,
                      .name = STATE_IDLE};

    return entry_apply(e, &s, 1, now_ms);
}

/* An entry that is on, from the session (5, 5) with seq 10. */
static struct entry
new_live_entry(void)
{
    struct entry e = new_entry();

    assert_int_equal(apply(&e, (struct message){5, 5, 10}, T0), 0);
    assert_int_equal(e.live, VERDICT_ON);
    return e;
}

static void
order_decides_what_is_newer(void **state)
{
    /* What happens to a message after (5, 5, 10), alive and gone. */
    static const struct {
        struct message m;
        int alive, gone;
        uint64_t lost; /* when accepted */
    } rows[] = {
        {{5, 5, 11}, 0, 0, 0},
        {{5, 5, 14}, 0, 0, 3},
        {{5, 5, 10}, ENTRY_OLD, ENTRY_OLD, 0},
        {{5, 5, 9}, ENTRY_OLD, ENTRY_OLD, 0},
        {{5, 6, 1}, 0, 0, 0}, /* the instance breaks ties of the epoch */
        {{6, 0, 1}, 0, 0, 0},
        {{6, 9, 999}, 0, 0, 0},
        {{5, 4, 99}, ENTRY_TWIN, 0, 0},
        {{4, 9, 99}, ENTRY_TWIN, 0, 0},
        {{0, 0, 1}, ENTRY_TWIN, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct entry alive = new_live_entry(), gone = alive;
        int rc = apply(&alive, rows[i].m, T0 + 1000);

        assert_int_equal(rc, rows[i].alive);
        assert_int_equal(alive.seq, rc == 0 ? rows[i].m.seq : 10);
        assert_int_equal(alive.lost, rc == 0 ? rows[i].lost : 0);
        entry_judge(&gone, T0 + 9000);
        assert_int_equal(gone.live, VERDICT_OFF);
        assert_int_equal(apply(&gone, rows[i].m, T0 + 9000), rows[i].gone);
    }
}

static void
gaps_add_up_within_a_session_and_end_with_it(void **state)
{
    struct entry e = new_live_entry();

    (void)state;
    assert_int_equal(apply(&e, (struct message){5, 5, 13}, T0 + 1), 0);
    assert_int_equal(apply(&e, (struct message){5, 5, 15}, T0 + 2), 0);
    assert_int_equal(e.lost, 3);
    assert_int_equal(apply(&e, (struct message){6, 1, 70}, T0 + 3), 0);
    assert_int_equal(e.lost, 0);
}

static void
a_lease_ends_one_ms_past_its_ttl(void **state)
{
    static const struct {
        uint64_t ttl_ms, lease_ms;
    } rows[] = {
        {3500, 3500},   {1000, 1000},   {999, 1000},         {0, 1000},
        {10000, 10000}, {10001, 10000}, {UINT32_MAX, 10000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct entry e = new_entry();
        struct state s = {.seq = 1, .ttl_ms = rows[i].ttl_ms};

        assert_int_equal(entry_apply(&e, &s, 1, T0), 0);
        entry_judge(&e, T0 + rows[i].lease_ms);
        assert_int_equal(e.live, VERDICT_ON);
        entry_judge(&e, T0 + rows[i].lease_ms + 1);
        assert_int_equal(e.live, VERDICT_OFF);
    }
}

static void
bye_is_off_at_once_and_a_new_word_is_on_again(void **state)
{
    struct entry e = new_live_entry();
    struct state s = {.epoch_us = 5,
                      .instance = 5,
                      .seq = 11,
                      .ttl_ms = STATE_TTL_MS,
                      .name = STATE_BYE};

    (void)state;
    assert_int_equal(entry_apply(&e, &s, 2, T0 + 1), 0);
    assert_int_equal(e.live, VERDICT_OFF);
    assert_int_equal(apply(&e, (struct message){6, 1, 1}, T0 + 2), 0);
    assert_int_equal(e.live, VERDICT_ON);
}

static void
a_delay_of_the_hub_moves_the_lease_once(void **state)
{
    struct entry e = new_live_entry();

    (void)state;
    entry_add_delay(&e, 10000);
    entry_judge(&e, T0 + 13500);
    assert_int_equal(e.live, VERDICT_ON);
    entry_judge(&e, T0 + 13501);
    assert_int_equal(e.live, VERDICT_OFF);
    /* A word heard after the delay has a lease of its own. */
    e = new_live_entry();
    entry_add_delay(&e, 10000);
    assert_int_equal(apply(&e, (struct message){5, 5, 11}, T0 + 10000), 0);
    entry_judge(&e, T0 + 13501);
    assert_int_equal(e.live, VERDICT_OFF);
}

/* The lower session speaks at so many ms after T0, the higher one always. */
static enum verdict_live
live_after(const uint64_t *at_ms, size_t count, uint64_t now_ms)
{
    struct entry e = new_live_entry();
    uint64_t seq = 10;
    size_t i = 0;

    for (uint64_t t = 0; t <= now_ms; t += 10) {
        if (t % 500 == 0)
            (void)apply(&e, (struct message){5, 5, ++seq}, T0 + t);
        if (i < count && at_ms[i] == t) {
            i++;
            assert_int_equal(apply(&e, (struct message){4, 1, i}, T0 + t),
                             ENTRY_TWIN);
        }
        if (t % 100 == 0)
            entry_judge(&e, T0 + t);
    }
    assert_int_equal(e.epoch_us, 5); /* one is shown, steadily */
    return e.live;
}

static void
three_words_of_a_twin_within_10_s_are_a_duplicate(void **state)
{
    static const uint64_t two[] = {1000, 2000};
    static const uint64_t three[] = {1000, 2000, 10990};
    static const uint64_t slow[] = {1000, 2000, 11000};
    static const uint64_t slow_then_three[] = {1000, 2000, 11000, 11500};

    (void)state;
    assert_int_equal(live_after(two, 2, 3000), VERDICT_ON);
    assert_int_equal(live_after(three, 3, 10980), VERDICT_ON);
    assert_int_equal(live_after(three, 3, 10990), VERDICT_DUP);
    assert_int_equal(live_after(slow, 3, 11000), VERDICT_ON);
    assert_int_equal(live_after(slow_then_three, 4, 11500), VERDICT_DUP);
}

static void
a_duplicate_lasts_until_10_s_pass_without_a_word_of_the_twin(void **state)
{
    static const uint64_t at[] = {1000, 1100, 1200, 9000, 18500};

    (void)state;
    assert_int_equal(live_after(at, 3, 11190), VERDICT_DUP);
    assert_int_equal(live_after(at, 3, 11200), VERDICT_ON);
    assert_int_equal(live_after(at, 4, 18900), VERDICT_DUP);
    assert_int_equal(live_after(at, 4, 19000), VERDICT_ON);
    assert_int_equal(live_after(at, 5, 28400), VERDICT_DUP);
    assert_int_equal(live_after(at, 5, 28500), VERDICT_ON);
}

static void
late_words_of_the_own_session_are_no_twin(void **state)
{
    struct entry e = new_live_entry();

    (void)state;
    for (uint64_t i = 0; i < 10; i++) {
        assert_int_equal(apply(&e, (struct message){5, 5, i}, T0 + i),
                         ENTRY_OLD);
    }
    assert_int_equal(e.live, VERDICT_ON);
}

static void
a_duplicate_that_falls_silent_is_off(void **state)
{
    struct entry e = new_live_entry();

    (void)state;
    for (uint64_t i = 1; i <= 3; i++)
        (void)apply(&e, (struct message){4, 4, i}, T0 + i);
    assert_int_equal(e.live, VERDICT_DUP);
    entry_judge(&e, T0 + 3501);
    assert_int_equal(e.live, VERDICT_OFF);
}

static void
the_bucket_holds_20_and_fills_with_20_a_second(void **state)
{
    struct entry e = new_entry();
    int taken = 0;

    (void)state;
    while (entry_take_token(&e, T0))
        taken++;
    assert_int_equal(taken, ENTRY_RATE);
    assert_false(entry_take_token(&e, T0 + 49));
    assert_true(entry_take_token(&e, T0 + 50));
    assert_false(entry_take_token(&e, T0 + 50));
    taken = 0;
    for (uint64_t t = 60; t < 10060; t++)
        taken += entry_take_token(&e, T0 + t) ? 1 : 0;
    assert_int_equal(taken, 200);
    taken = 0;
    while (entry_take_token(&e, T0 + 1000000))
        taken++;
    assert_int_equal(taken, ENTRY_RATE);
}

static void
a_change_is_told_at_once_or_at_the_next_tick(void **state)
{
    struct entry e = new_live_entry();
    struct state s = {.epoch_us = 5, .instance = 5, .seq = 11};

    (void)state;
    assert_true(entry_is_due(&e, T0, false)); /* never told */
    entry_relayed(&e, T0);
    assert_int_equal(e.relay, 1);
    assert_false(entry_is_due(&e, T0, true));
    /* The same again: nothing to tell. */
    assert_int_equal(entry_apply(&e, &s, 1, T0 + 10), 0);
    assert_false(entry_is_due(&e, T0 + 10, true));
    s.seq++;
    assert_int_equal(entry_apply(&e, &s, 2, T0 + 20), 0);
    assert_false(entry_is_due(&e, T0 + 99, false));
    assert_true(entry_is_due(&e, T0 + 99, true));
    assert_true(entry_is_due(&e, T0 + 100, false));
    entry_relayed(&e, T0 + 100);
    assert_false(entry_is_due(&e, T0 + 200, true));
}

static void
a_change_of_liveness_is_told(void **state)
{
    struct entry e = new_live_entry();

    (void)state;
    entry_relayed(&e, T0);
    entry_judge(&e, T0 + 3501);
    assert_true(entry_is_due(&e, T0 + 3501, false));
}

/* Times of the relays of an unchanged entry, ticking for so long. */
static size_t
collect_relays(struct entry *e, uint64_t from_ms, uint64_t for_ms,
               uint64_t *at_ms, size_t max)
{
    size_t n = 0;

    for (uint64_t t = from_ms; t < from_ms + for_ms; t += 100) {
        if (entry_is_due(e, t, true)) {
            entry_relayed(e, t);
            if (n < max)
                at_ms[n] = t;
            n++;
        }
    }
    return n;
}

static void
an_unchanged_engine_is_told_every_5_s(void **state)
{
    (void)state;
    for (uint32_t spread = 0; spread < 50; spread++) {
        struct entry e;
        uint64_t at[32], before = T0;
        struct state s = {.seq = 1, .ttl_ms = STATE_TTL_MS};
        size_t n;

        entry_init(&e, spread, T0);
        assert_int_equal(entry_apply(&e, &s, 1, T0), 0);
        entry_relayed(&e, T0);
        n = collect_relays(&e, T0, 60100, at, 32);
        assert_in_range(n, 12, 13);
        for (size_t i = 0; i < n; i++) {
            assert_true(at[i] - before <= ENTRY_REFRESH_MS + 100);
            before = at[i];
        }
    }
}

static void
refreshes_of_many_engines_are_spread_evenly(void **state)
{
    int per_tick[51] = {0};

    (void)state;
    for (uint32_t spread = 0; spread < 1000; spread++) {
        struct entry e;
        struct state s = {.seq = 1, .ttl_ms = STATE_TTL_MS};
        uint64_t at = 0;

        entry_init(&e, spread, T0);
        assert_int_equal(entry_apply(&e, &s, 1, T0), 0);
        entry_relayed(&e, T0); /* all at the same moment */
        assert_in_range(collect_relays(&e, T0, 5100, &at, 1), 1, 2);
        per_tick[(at - T0) / 100]++;
    }
    for (int i = 1; i < 50; i++)
        assert_in_range(per_tick[i], 10, 30); /* 20 on average */
}

static void
an_engine_that_is_gone_is_told_three_times_and_then_once_a_minute(void **state)
{
    (void)state;
    for (uint32_t spread = 0; spread < 50; spread++) {
        struct entry e;
        struct state s = {.seq = 1, .ttl_ms = STATE_TTL_MS};
        uint64_t at[64], off_at = T0 + 3501;
        size_t n;

        entry_init(&e, spread, T0);
        assert_int_equal(entry_apply(&e, &s, 1, T0), 0);
        entry_judge(&e, off_at);
        assert_int_equal(e.live, VERDICT_OFF);
        entry_relayed(&e, off_at);
        n = collect_relays(&e, off_at, 15 * 1000 + 600 * 1000, at, 64);
        assert_in_range(n, 3 + 9, 3 + 11);
        assert_true(at[2] - off_at <= 15100);
        for (size_t i = 4; i < n; i++)
            assert_in_range(at[i] - at[i - 1], 59900, 60100);
    }
}

static void
an_engine_is_forgotten_after_24_h_of_silence(void **state)
{
    struct entry e = new_live_entry();
    uint64_t off_at = T0 + 3501;

    (void)state;
    assert_false(entry_is_forgotten(&e, T0 + 2 * ENTRY_FORGET_MS));
    entry_judge(&e, off_at);
    assert_false(entry_is_forgotten(&e, off_at + ENTRY_FORGET_MS - 1));
    assert_true(entry_is_forgotten(&e, off_at + ENTRY_FORGET_MS));
}

static void
a_verdict_says_relay_age_and_loss(void **state)
{
    struct entry e = new_live_entry();
    struct verdict v = {0};

    (void)state;
    assert_int_equal(apply(&e, (struct message){5, 5, 13}, T0 + 100), 0);
    entry_relayed(&e, T0 + 100);
    entry_relayed(&e, T0 + 5000);
    entry_verdict(&e, T0 + 5003, &v);
    assert_int_equal(v.relay, 2);
    assert_int_equal(v.age_ms, 4903);
    assert_int_equal(v.lost, 2);
    assert_int_equal(v.live, VERDICT_ON);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_decides_what_is_newer),
        cmocka_unit_test(gaps_add_up_within_a_session_and_end_with_it),
        cmocka_unit_test(a_lease_ends_one_ms_past_its_ttl),
        cmocka_unit_test(bye_is_off_at_once_and_a_new_word_is_on_again),
        cmocka_unit_test(a_delay_of_the_hub_moves_the_lease_once),
        cmocka_unit_test(three_words_of_a_twin_within_10_s_are_a_duplicate),
        cmocka_unit_test(
            a_duplicate_lasts_until_10_s_pass_without_a_word_of_the_twin),
        cmocka_unit_test(late_words_of_the_own_session_are_no_twin),
        cmocka_unit_test(a_duplicate_that_falls_silent_is_off),
        cmocka_unit_test(the_bucket_holds_20_and_fills_with_20_a_second),
        cmocka_unit_test(a_change_is_told_at_once_or_at_the_next_tick),
        cmocka_unit_test(a_change_of_liveness_is_told),
        cmocka_unit_test(an_unchanged_engine_is_told_every_5_s),
        cmocka_unit_test(refreshes_of_many_engines_are_spread_evenly),
        cmocka_unit_test(
            an_engine_that_is_gone_is_told_three_times_and_then_once_a_minute),
        cmocka_unit_test(an_engine_is_forgotten_after_24_h_of_silence),
        cmocka_unit_test(a_verdict_says_relay_age_and_loss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
