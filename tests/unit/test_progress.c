#include "services/sync-engine/run/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/eventfd.h>

static uint64_t now_ms;

static uint64_t
read_clock(void)
{
    return now_ms;
}

static int
setup(void **state)
{
    const struct state base = {.name = STATE_IDLE, .has = STATE_HAS_COUNTS};
    const struct progress_options opt = {
        .base = &base, .now_ms = read_clock, .share_names = true};

    now_ms = 5000;
    return progress_new((struct progress **)state, &opt);
}

static int
teardown(void **state)
{
    progress_free(*state);
    return 0;
}

static struct state
read_state(struct progress *p)
{
    struct state s;

    (void)progress_read(p, &s);
    return s;
}

static bool
was_woken(struct progress *p)
{
    eventfd_t ignored;

    return eventfd_read(progress_wake_fd(p), &ignored) == 0;
}

static void
enter(struct progress *p, enum phase phase, uint64_t items, uint64_t bytes)
{
    progress_enter(
        p, &(struct progress_phase){
               .phase = phase, .items = items, .bytes = bytes, .weight = 1});
}

static void
entering_syncing_wakes_the_bus(void **state)
{
    struct state s;

    assert_false(was_woken(*state));
    now_ms += 250;
    progress_start_run(*state, 17);
    assert_true(was_woken(*state));
    s = read_state(*state);
    assert_int_equal(s.name, STATE_SYNCING);
    assert_int_equal(s.run, 17);
    assert_int_equal(s.run_up_ms, 250);
    assert_int_equal(s.up_ms, 250);
    assert_true(s.has & STATE_HAS_RUN_TIMES);
    assert_true(s.has & STATE_HAS_PHASE);
    assert_string_equal(s.phase, "walk");
    progress_set(*state, 1, 1, NULL);
    assert_false(was_woken(*state));
}

static void
the_version_tells_every_change(void **state)
{
    struct state s;
    uint64_t version = progress_read(*state, &s);

    now_ms += 1000;
    assert_int_equal(progress_read(*state, &s), version);
    progress_start_run(*state, 1);
    assert_int_not_equal(progress_read(*state, &s), version);
    version = progress_read(*state, &s);
    progress_add(*state, 0, 1, NULL);
    assert_int_not_equal(progress_read(*state, &s), version);
}

static void
counts_never_fall_within_a_phase(void **state)
{
    struct state s;

    progress_start_run(*state, 1);
    enter(*state, PHASE_INDEX, 10, 100);
    progress_set(*state, 4, 40, "/a");
    progress_set(*state, 3, 50, "/b");
    s = read_state(*state);
    assert_int_equal(s.items.current, 4);
    assert_int_equal(s.bytes.current, 50);
    assert_string_equal(s.item, "/b");
    /* A snapshot that starts again goes through the same phases. */
    enter(*state, PHASE_WALK, 0, 0);
    enter(*state, PHASE_INDEX, 12, 120);
    s = read_state(*state);
    assert_int_equal(s.items.current, 4);
    assert_int_equal(s.items.total, 12);
    assert_false(s.has & STATE_HAS_ITEM);
}

static void
a_total_that_was_too_small_grows(void **state)
{
    struct state s;

    progress_start_run(*state, 1);
    enter(*state, PHASE_INDEX, 2, 10);
    progress_set(*state, 3, 11, NULL);
    s = read_state(*state);
    assert_int_equal(s.items.total, 3);
    assert_int_equal(s.bytes.total, 11);
    enter(*state, PHASE_WALK, 0, 0);
    progress_set(*state, 9, 0, NULL);
    assert_int_equal(read_state(*state).items.total, 0);
}

static void
the_share_of_the_run_follows_the_plan(void **state)
{
    uint64_t units = progress_units(0, 1000, 1);

    progress_start_run(*state, 1);
    progress_plan(*state, 2 * units);
    enter(*state, PHASE_INDEX, 0, 1000);
    progress_set(*state, 0, 500, NULL);
    assert_in_range(read_state(*state).permille, 249, 250);
    progress_set(*state, 0, 1000, NULL);
    assert_in_range(read_state(*state).permille, 499, 500);
    enter(*state, PHASE_SEND_CHUNKS, 0, 1000);
    progress_set(*state, 0, 500, NULL);
    assert_in_range(read_state(*state).permille, 749, 750);
}

/* Whatever is planned and done, in any order. */
static void
the_share_never_falls_and_never_reaches_the_end(void **state)
{
    uint64_t random = 88172645463325252;
    uint64_t before = 0;

    progress_start_run(*state, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t permille;

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        switch (random % 4) {
        case 0:
            progress_plan(*state, random >> 40);
            break;
        case 1:
            enter(*state, (enum phase)(1 + (random >> 8) % (PHASE_COUNT - 1)),
                  (random >> 16) % 100, (random >> 24) % 100000);
            break;
        default:
            progress_add(*state, (random >> 8) % 3, (random >> 16) % 5000,
                         NULL);
        }
        permille = read_state(*state).permille;
        assert_true(permille >= before);
        assert_true(permille < STATE_PERMILLE);
        before = permille;
    }
    assert_int_equal(before, STATE_PERMILLE - 1);
}

static void
progress_is_stamped_and_standing_still_is_not(void **state)
{
    progress_start_run(*state, 1);
    enter(*state, PHASE_SEND_CHUNKS, 2, 2000);
    now_ms += 100;
    progress_add(*state, 1, 1000, NULL);
    now_ms += 900;
    assert_int_equal(read_state(*state).progress_up_ms, 100);
    assert_true(read_state(*state).bytes_per_second > 0);
    now_ms += 6000;
    assert_int_equal(read_state(*state).progress_up_ms, 100);
    assert_int_equal(read_state(*state).bytes_per_second, 0);
}

static void
the_end_of_a_run_counts_and_clears(void **state)
{
    const struct state_last good = {
        .run = 1, .ok = true, .at_ms = 777, .sent = {.bytes = 50}};
    const struct state_last bad = {.run = 2, .at_ms = 888, .code = "network"};
    struct progress_outcome outcome = {
        .name = STATE_IDLE, .last = &good, .head = "abcd", .next_at_ms = 999};
    struct state s;

    progress_start_run(*state, 1);
    enter(*state, PHASE_SEND_CHUNKS, 2, 2000);
    progress_add(*state, 1, 1, "/item");
    (void)was_woken(*state);
    progress_end_run(*state, &outcome);
    assert_true(was_woken(*state));
    s = read_state(*state);
    assert_int_equal(s.synced_at_ms, 777);
    assert_int_equal(s.counts.ok, 1);
    assert_int_equal(s.counts.sent_bytes, 50);
    assert_string_equal(s.head, "abcd");
    assert_int_equal(s.next_at_ms, 999);
    assert_false(s.has & (STATE_HAS_ITEM | STATE_HAS_PHASE |
                          STATE_HAS_PERMILLE | STATE_HAS_RUN_TIMES));
    outcome = (struct progress_outcome){
        .name = STATE_ERROR, .last = &bad, .failures = 1};
    progress_start_run(*state, 2);
    assert_int_equal(read_state(*state).permille, 0);
    progress_end_run(*state, &outcome);
    s = read_state(*state);
    assert_int_equal(s.name, STATE_ERROR);
    assert_int_equal(s.synced_at_ms, 777);
    assert_int_equal(s.counts.failed, 1);
    assert_int_equal(s.failures, 1);
    assert_string_equal(s.head, "abcd");
}

static void
names_stay_private_when_asked_to(void **state)
{
    const struct state base = {.name = STATE_IDLE};
    const struct progress_options opt = {.base = &base, .now_ms = read_clock};
    struct progress *p;

    (void)state;
    assert_int_equal(progress_new(&p, &opt), 0);
    progress_start_run(p, 1);
    progress_set(p, 1, 1, "/secret");
    assert_false(read_state(p).has & STATE_HAS_ITEM);
    assert_string_equal(read_state(p).item, "");
    progress_free(p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entering_syncing_wakes_the_bus),
        TEST(the_version_tells_every_change),
        TEST(counts_never_fall_within_a_phase),
        TEST(a_total_that_was_too_small_grows),
        TEST(the_share_of_the_run_follows_the_plan),
        TEST(the_share_never_falls_and_never_reaches_the_end),
        TEST(progress_is_stamped_and_standing_still_is_not),
        TEST(the_end_of_a_run_counts_and_clears),
        TEST(names_stay_private_when_asked_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
