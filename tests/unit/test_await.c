/* Tests of services/bus-client/await.c. */
#include "services/bus-client/await.h"

#include "services/runtime/clock.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW   1000000
#define UNTIL (NOW + 60000)

static struct copy copy;
static struct state state;
static struct verdict verdict;
static struct await await;
static struct state_last last;

static void
put(enum state_name name, uint64_t run)
{
    struct copy_row row = {"one", &state, &verdict};

    state.name = name;
    state.last.run = run;
    assert_int_equal(copy_add(&copy, &row, NOW), 0);
}

/* An engine that has finished run 7, syncing; run 9 is awaited. */
static int
set_up(void **unused)
{
    (void)unused;
    copy_init(&copy);
    copy_begin_snapshot(&copy, 1);
    copy_end_snapshot(&copy);
    copy.bus_up = true;
    state = (struct state){.epoch_us = 5,
                           .instance = 6,
                           .has = STATE_HAS_LAST | STATE_HAS_ENABLED,
                           .enabled = true};
    verdict = (struct verdict){.hub_epoch = 1, .live = VERDICT_ON};
    await = (struct await){.engine = "one", .run = 9, .until_ms = UNTIL};
    last = (struct state_last){.run = 1234};
    put(STATE_SYNCING, 7);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    copy_clear(&copy);
    return 0;
}

static int
look(uint64_t now_ms)
{
    return await_look(&await, &copy, now_ms, &last);
}

static void
an_earlier_run_is_not_the_one(void **unused)
{
    (void)unused;
    assert_int_equal(look(NOW), -EAGAIN);
    put(STATE_IDLE, 8);
    assert_int_equal(look(NOW), -EAGAIN);
    assert_int_equal(last.run, 1234);
}

static void
the_run_or_a_later_one_ends_it(void **unused)
{
    (void)unused;
    state.last.ok = true;
    put(STATE_IDLE, 9);
    assert_int_equal(look(NOW), 0);
    assert_int_equal(last.run, 9);
    assert_true(last.ok);
    put(STATE_SYNCING, 12);
    assert_int_equal(look(NOW), 0);
    assert_int_equal(last.run, 12);
}

static void
a_run_that_is_over_counts_also_when_its_engine_is_gone(void **unused)
{
    (void)unused;
    verdict.live = VERDICT_OFF;
    put(STATE_BYE, 9);
    assert_int_equal(look(NOW), 0);
}

static void
what_an_engine_does_not_say_is_not_believed(void **unused)
{
    (void)unused;
    state.has &= ~(uint32_t)STATE_HAS_LAST;
    put(STATE_IDLE, 9);
    assert_int_equal(look(NOW), -EAGAIN);
}

static void
time_ends_it(void **unused)
{
    (void)unused;
    assert_int_equal(look(UNTIL - 1), -EAGAIN);
    assert_int_equal(look(UNTIL), -ETIMEDOUT);
    await.until_ms += 100; /* the next slice */
    assert_int_equal(look(UNTIL), -EAGAIN);
}

static void
expect_gone(void)
{
    assert_int_equal(look(NOW), -EAGAIN);
    assert_int_equal(look(NOW + AWAIT_GONE_MS - 1), -EAGAIN);
    assert_int_equal(look(NOW + AWAIT_GONE_MS), -ENOTCONN);
    assert_int_equal(last.run, 1234);
}

static void
an_engine_that_went_away_ends_it(void **unused)
{
    (void)unused;
    verdict.live = VERDICT_OFF;
    put(STATE_SYNCING, 7);
    expect_gone();
}

static void
an_unknown_engine_ends_it(void **unused)
{
    (void)unused;
    await.engine = "nobody";
    expect_gone();
}

static void
a_silent_hub_ends_it(void **unused)
{
    (void)unused;
    copy.bus_up = false;
    put(STATE_SYNCING, 7);
    expect_gone();
}

static void
an_engine_that_was_disabled_ends_it(void **unused)
{
    (void)unused;
    put(STATE_DISABLED, 7);
    expect_gone();
}

static void
who_comes_back_in_time_is_waited_for(void **unused)
{
    (void)unused;
    verdict.live = VERDICT_OFF;
    put(STATE_SYNCING, 7);
    assert_int_equal(look(NOW), -EAGAIN);
    verdict.live = VERDICT_ON;
    put(STATE_SYNCING, 7);
    assert_int_equal(look(NOW + AWAIT_GONE_MS - 1), -EAGAIN);
    verdict.live = VERDICT_OFF;
    put(STATE_SYNCING, 7);
    assert_int_equal(look(NOW + AWAIT_GONE_MS), -EAGAIN);
    assert_int_equal(look(NOW + 2 * AWAIT_GONE_MS - 1), -EAGAIN);
    assert_int_equal(look(NOW + 2 * AWAIT_GONE_MS), -ENOTCONN);
}

static void
an_engine_that_started_anew_and_rests_has_forgotten(void **unused)
{
    (void)unused;
    assert_int_equal(look(NOW - 1), -EAGAIN);
    state.epoch_us++;
    put(STATE_IDLE, 7);
    expect_gone();
}

static void
one_that_started_anew_and_syncs_may_still_come_to_it(void **unused)
{
    (void)unused;
    assert_int_equal(look(NOW - 1), -EAGAIN);
    state.epoch_us++;
    put(STATE_SYNCING, 7);
    assert_int_equal(look(NOW), -EAGAIN);
    assert_int_equal(look(NOW + AWAIT_GONE_MS), -EAGAIN);
}

static void
an_idle_engine_may_take_its_time(void **unused)
{
    (void)unused;
    put(STATE_IDLE, 7);
    assert_int_equal(look(NOW), -EAGAIN);
    assert_int_equal(look(NOW + AWAIT_GONE_MS), -EAGAIN);
}

static void
waiting_ends_with_the_mirror(void **unused)
{
    struct mirror *mirror;

    (void)unused;
    assert_int_equal(mirror_new(&mirror), 0);
    await.mirror = mirror;
    await.until_ms = clock_boot_ms() + 60000;
    mirror_end_waits(mirror);
    assert_int_equal(await_run(&await, &last), -ESHUTDOWN);
    await.until_ms = 0;
    assert_int_equal(await_run(&await, &last), -ETIMEDOUT);
    mirror_free(mirror);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_earlier_run_is_not_the_one),
        TEST(the_run_or_a_later_one_ends_it),
        TEST(a_run_that_is_over_counts_also_when_its_engine_is_gone),
        TEST(what_an_engine_does_not_say_is_not_believed),
        TEST(time_ends_it),
        TEST(an_engine_that_went_away_ends_it),
        TEST(an_unknown_engine_ends_it),
        TEST(a_silent_hub_ends_it),
        TEST(an_engine_that_was_disabled_ends_it),
        TEST(who_comes_back_in_time_is_waited_for),
        TEST(an_engine_that_started_anew_and_rests_has_forgotten),
        TEST(one_that_started_anew_and_syncs_may_still_come_to_it),
        TEST(an_idle_engine_may_take_its_time),
        TEST(waiting_ends_with_the_mirror),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
