#include "services/bus-client/follower.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum follower_action
next(struct follower *f, uint64_t now_ms)
{
    return follower_next(f, now_ms, 0);
}

static void
beat_at(struct follower *f, uint64_t now_ms, uint64_t up_ms)
{
    const struct beat b = {.epoch_us = 7, .up_ms = up_ms};

    follower_on_beat(f, &b, now_ms);
}

static void
a_snapshot_that_does_not_come_is_asked_for_ever_more_rarely(void **unused)
{
    static const uint64_t at[] = {1000, 3000, 7000, 15000, 23000, 31000};
    struct follower f;
    uint64_t now = 0;

    (void)unused;
    follower_start(&f, 0, 0);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        for (; now < at[i]; now += 100) {
            beat_at(&f, now, now);
            assert_int_equal(next(&f, now), FOLLOWER_WAIT);
        }
        assert_int_equal(next(&f, now), FOLLOWER_ASK);
    }
}

static void
a_snapshot_ends_the_asking(void **unused)
{
    struct follower f;

    (void)unused;
    follower_start(&f, 0, 0);
    follower_on_snapshot(&f);
    for (uint64_t now = 0; now < 60000; now += 1000) {
        beat_at(&f, now, now);
        assert_int_equal(next(&f, now), FOLLOWER_WAIT);
    }
}

static void
a_gap_asks_once_within_half_a_second(void **unused)
{
    struct follower f;

    (void)unused;
    follower_start(&f, 0, 0);
    follower_on_snapshot(&f);
    follower_on_gap(&f, 100, 500);
    follower_on_gap(&f, 150, 0); /* already on its way */
    assert_int_equal(next(&f, 599), FOLLOWER_WAIT);
    assert_int_equal(next(&f, 600), FOLLOWER_ASK);
    follower_on_gap(&f, 601, 0); /* asked: the answer covers it */
    assert_int_equal(next(&f, 700), FOLLOWER_WAIT);
    assert_int_equal(next(&f, 1600), FOLLOWER_ASK); /* no answer */
}

static void
silence_rebuilds_and_jitter_keeps_a_herd_apart(void **unused)
{
    struct follower f;

    (void)unused;
    follower_start(&f, 0, 0);
    follower_on_snapshot(&f);
    beat_at(&f, 1000, 1000);
    assert_int_equal(next(&f, 1000 + FOLLOWER_SILENT_MS - 1), FOLLOWER_WAIT);
    assert_int_equal(next(&f, 1000 + FOLLOWER_SILENT_MS), FOLLOWER_REBUILD);
    follower_start(&f, 6000, 500);
    follower_on_snapshot(&f);
    assert_int_equal(next(&f, 6000 + FOLLOWER_SILENT_MS), FOLLOWER_WAIT);
    assert_int_equal(next(&f, 6500 + FOLLOWER_SILENT_MS), FOLLOWER_REBUILD);
}

static void
beats_that_come_ever_later_rebuild(void **unused)
{
    struct follower f;

    (void)unused;
    follower_start(&f, 0, 0);
    follower_on_snapshot(&f);
    beat_at(&f, 10000, 1000);
    beat_at(&f, 12000, 1000 + 2000 - FOLLOWER_LAG_MS);
    assert_int_equal(next(&f, 12000), FOLLOWER_WAIT);
    beat_at(&f, 12001, 1000 + 2000 - FOLLOWER_LAG_MS);
    assert_int_equal(next(&f, 12001), FOLLOWER_REBUILD);
    /* The new socket starts with a clean slate. */
    follower_start(&f, 12001, 0);
    follower_on_snapshot(&f);
    beat_at(&f, 13000, 1001);
    assert_int_equal(next(&f, 13000), FOLLOWER_WAIT);
}

static void
a_slow_drift_of_the_clocks_is_no_lag(void **unused)
{
    struct follower f;

    (void)unused;
    follower_start(&f, 0, 0);
    follower_on_snapshot(&f);
    /* 1 ms a second: 3.6 s in an hour, but never 2 s within ten minutes. */
    for (uint64_t s = 1; s <= 3600; s++) {
        beat_at(&f, 1001 * s, 1000 * s);
        assert_int_equal(next(&f, 1001 * s), FOLLOWER_WAIT);
    }
}

static void
another_hub_has_another_clock(void **unused)
{
    const struct beat other = {.epoch_us = 8, .up_ms = 5};
    struct follower f;

    (void)unused;
    follower_start(&f, 0, 0);
    follower_on_snapshot(&f);
    beat_at(&f, 1000, 900000);
    follower_on_beat(&f, &other, 2000);
    assert_int_equal(next(&f, 2000), FOLLOWER_WAIT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_snapshot_that_does_not_come_is_asked_for_ever_more_rarely),
        cmocka_unit_test(a_snapshot_ends_the_asking),
        cmocka_unit_test(a_gap_asks_once_within_half_a_second),
        cmocka_unit_test(silence_rebuilds_and_jitter_keeps_a_herd_apart),
        cmocka_unit_test(beats_that_come_ever_later_rebuild),
        cmocka_unit_test(a_slow_drift_of_the_clocks_is_no_lag),
        cmocka_unit_test(another_hub_has_another_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
