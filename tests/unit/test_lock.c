#include "services/runtime/log.h"
#include "services/sync-engine/cloud/lock.h"
#include "tests/support/memory_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NOW 1700000100000 /* where the clock of every test starts */

struct scene {
    struct store *store;
    uint64_t now_ms;
    unsigned waits;
    unsigned free_after; /* the foreign lock goes away in this wait; 0: never */
    const char *arrives; /* in the first wait; or NULL */
    bool stop;
    struct lock lock;
};

static uint64_t
read_clock(void *ctx)
{
    return ((struct scene *)ctx)->now_ms;
}

static int
wait_a_while(void *ctx, unsigned ms)
{
    struct scene *scene = ctx;
    struct fault f = {0};

    scene->now_ms += ms;
    scene->waits++;
    if (scene->waits == 1 && scene->arrives != NULL)
        memory_store_set(scene->store, LOCK_KEY, scene->arrives);
    if (scene->waits == scene->free_after)
        assert_int_equal(store_del(scene->store, LOCK_KEY, &f), 0);
    return scene->stop ? -ECANCELED : 0;
}

static struct scene scene;

static int
setup(void **state)
{
    log_init("test", LOG_ERROR, false);
    scene = (struct scene){.store = memory_store_new(), .now_ms = NOW};
    scene.lock = (struct lock){
        .store = scene.store,
        .device = "us",
        .clock = {.wall_ms = read_clock,
                  .wait_ms = wait_a_while,
                  .ctx = &scene},
    };
    *state = &scene;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    store_close(scene.store);
    return 0;
}

static void
a_free_lock_is_taken_as_the_format_says(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    assert_true(scene.lock.held);
    assert_string_equal(memory_store_find(scene.store, LOCK_KEY),
                        "{\"deviceID\":\"us\",\"time\":1700000100000}");
    lock_drop(&scene.lock);
    assert_false(scene.lock.held);
    assert_null(memory_store_find(scene.store, LOCK_KEY));
}

/* Take the lock from a device whose clock is ahead by so much. */
static struct fault
take_from_the_future(uint64_t ahead_ms)
{
    struct fault f = {0};
    char lock[80];

    scene.now_ms = NOW;
    (void)snprintf(lock, sizeof lock, "{\"deviceID\":\"them\",\"time\":%llu}",
                   (unsigned long long)(NOW + ahead_ms));
    memory_store_set(scene.store, LOCK_KEY, lock);
    assert_true(lock_take(&scene.lock, &f) < 0);
    assert_string_equal(memory_store_find(scene.store, LOCK_KEY), lock);
    return f;
}

static void
a_lock_from_the_future_is_a_wrong_clock(void **state)
{
    struct fault f = take_from_the_future(3600000);

    (void)state;
    assert_int_equal(f.code, CODE_CLOCK_SKEW);
    assert_non_null(strstr(f.cause, "device them"));
    assert_non_null(strstr(f.cause, "3590 s in the future"));
}

static void
clocks_that_differ_by_minutes_are_none(void **state)
{
    (void)state;
    /* Two pauses of five seconds pass before it is told. */
    assert_int_equal(take_from_the_future(430000).code, CODE_LOCKED);
    assert_int_equal(take_from_the_future(430001).code, CODE_CLOCK_SKEW);
}

static void
a_foreign_lock_is_tried_three_times_and_stays(void **state)
{
    const char *foreign = "{\"deviceID\":\"them\",\"time\":1700000099000}";
    struct fault f = {0};

    (void)state;
    memory_store_set(scene.store, LOCK_KEY, foreign);
    assert_true(lock_take(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_LOCKED);
    assert_non_null(strstr(f.cause, "them"));
    assert_int_equal(scene.waits, 2);
    assert_false(scene.lock.held);
    assert_string_equal(memory_store_find(scene.store, LOCK_KEY), foreign);
    lock_drop(&scene.lock);
    assert_string_equal(memory_store_find(scene.store, LOCK_KEY), foreign);
}

static void
a_lock_that_goes_away_meanwhile_is_taken(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_set(scene.store, LOCK_KEY,
                     "{\"deviceID\":\"them\",\"time\":1700000099000}");
    scene.free_after = 2;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    assert_true(scene.lock.held);
}

static void
a_lock_expires_after_65_seconds_and_not_before(void **state)
{
    struct fault f = {0};
    char lock[64];

    (void)state;
    (void)snprintf(lock, sizeof lock, "{\"deviceID\":\"them\",\"time\":%lld}",
                   NOW - 65000LL + 2LL * LOCK_PAUSE_MS);
    memory_store_set(scene.store, LOCK_KEY, lock);
    assert_true(lock_take(&scene.lock, &f) < 0);
    scene.now_ms++;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
}

static void
our_own_lock_of_an_earlier_run_is_taken_at_once(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_set(scene.store, LOCK_KEY,
                     "{\"time\":1700000099999,\"deviceID\":\"us\"}");
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    assert_int_equal(scene.waits, 0);
}

static void
what_is_no_lock_is_replaced_when_it_stays_so(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"deviceID\":\"them\"}",
        "{\"deviceID\":7,\"time\":1}",
        "{\"deviceID\":\"us\",\"time\":\"1\"}",
        "{\"deviceID\":\"us\",\"time\":-1}",
        "{\"deviceID\":\"us\",\"time\":1e300}",
        "{\"deviceID\":\"us\",\"time\":1}x",
    };

    (void)state;
    log_init("test", LOG_ERROR, false);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault f = {0};

        scene.waits = 0;
        memory_store_set(scene.store, LOCK_KEY, bad[i]);
        assert_int_equal(lock_take(&scene.lock, &f), 0);
        assert_int_equal(scene.waits, 1);
        lock_drop(&scene.lock);
        assert_null(memory_store_find(scene.store, LOCK_KEY));
    }
}

static void
what_turns_into_a_lock_in_time_is_left_alone(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_set(scene.store, LOCK_KEY, "");
    scene.arrives = "{\"deviceID\":\"them\",\"time\":1700000099000}";
    assert_true(lock_take(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_LOCKED);
    assert_string_equal(memory_store_find(scene.store, LOCK_KEY),
                        scene.arrives);
}

static void
a_time_with_a_fraction_is_a_time(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_set(scene.store, LOCK_KEY,
                     "{\"deviceID\":\"them\",\"time\":1.700000099e12}");
    assert_true(lock_take(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_LOCKED);
}

static void
a_store_that_fails_is_believed_and_no_lock_is_deleted(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_set(scene.store, LOCK_KEY,
                     "{\"deviceID\":\"them\",\"time\":1}");
    memory_store_fail(scene.store, "get", LOCK_KEY, CODE_NETWORK, 0);
    assert_true(lock_take(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_NETWORK);
    assert_non_null(memory_store_find(scene.store, LOCK_KEY));
    memory_store_fail(scene.store, "put", LOCK_KEY, CODE_FORBIDDEN, 0);
    assert_true(lock_take(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_FORBIDDEN);
    assert_string_equal(memory_store_find(scene.store, LOCK_KEY),
                        "{\"deviceID\":\"them\",\"time\":1}");
}

/* The other device writes right after us: reading back must show it. */
static void
race(void *ctx, const char *key)
{
    struct store *s = ctx;

    memory_store_on_put(s, NULL, NULL);
    memory_store_fail(s, "put", key, CODE_NETWORK, 0);
    memory_store_set(s, LOCK_KEY,
                     "{\"deviceID\":\"them\",\"time\":1700000100000}");
}

static void
a_write_that_failed_leaves_a_foreign_lock_alone(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_on_put(scene.store, race, scene.store);
    assert_true(lock_take(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_NETWORK);
    assert_non_null(strstr(memory_store_find(scene.store, LOCK_KEY), "them"));
}

static void
waiting_for_a_lock_ends_when_the_run_is_to_stop(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_set(scene.store, LOCK_KEY,
                     "{\"deviceID\":\"them\",\"time\":1700000099000}");
    scene.stop = true;
    assert_int_equal(lock_take(&scene.lock, &f), -ECANCELED);
    assert_int_equal(f.code, CODE_CANCELLED);
    assert_int_equal(scene.waits, 1);
}

static void
a_refresh_writes_the_present_time(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    scene.now_ms += 30000;
    assert_int_equal(lock_refresh(&scene.lock, &f), 0);
    assert_string_equal(memory_store_find(scene.store, LOCK_KEY),
                        "{\"deviceID\":\"us\",\"time\":1700000130000}");
}

static void
a_refresh_that_meets_a_foreign_lock_loses_ours(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    memory_store_set(scene.store, LOCK_KEY,
                     "{\"deviceID\":\"them\",\"time\":1700000099000}");
    assert_true(lock_refresh(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_LOCKED);
    assert_false(scene.lock.held);
    lock_drop(&scene.lock);
    assert_non_null(memory_store_find(scene.store, LOCK_KEY));
}

/* Whoever deleted it may have finished a run of its own. */
static void
a_lock_that_vanished_is_lost(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    assert_int_equal(store_del(scene.store, LOCK_KEY, &f), 0);
    assert_true(lock_check(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_LOCK_FAILED);
    assert_false(scene.lock.held);
}

static void
a_missed_refresh_is_forgiven_until_the_lock_may_expire(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    memory_store_fail(scene.store, "get", LOCK_KEY, CODE_TIMEOUT, 0);
    scene.now_ms += 30000;
    assert_int_equal(lock_refresh(&scene.lock, &f), 0);
    assert_true(scene.lock.held);
    scene.now_ms += 30000;
    assert_true(lock_refresh(&scene.lock, &f) < 0);
    assert_int_equal(f.code, CODE_TIMEOUT);
}

static void
dropping_tries_three_times(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_int_equal(lock_take(&scene.lock, &f), 0);
    memory_store_fail(scene.store, "del", LOCK_KEY, CODE_NETWORK, 0);
    memory_store_forget_ops(scene.store);
    lock_drop(&scene.lock);
    assert_false(scene.lock.held);
    assert_string_equal(memory_store_op(scene.store, 5), "del lock-sync");
    assert_null(memory_store_op(scene.store, 6));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_free_lock_is_taken_as_the_format_says),
        TEST(a_lock_from_the_future_is_a_wrong_clock),
        TEST(clocks_that_differ_by_minutes_are_none),
        TEST(a_foreign_lock_is_tried_three_times_and_stays),
        TEST(a_lock_that_goes_away_meanwhile_is_taken),
        TEST(a_lock_expires_after_65_seconds_and_not_before),
        TEST(our_own_lock_of_an_earlier_run_is_taken_at_once),
        TEST(what_is_no_lock_is_replaced_when_it_stays_so),
        TEST(what_turns_into_a_lock_in_time_is_left_alone),
        TEST(a_time_with_a_fraction_is_a_time),
        TEST(a_store_that_fails_is_believed_and_no_lock_is_deleted),
        TEST(a_write_that_failed_leaves_a_foreign_lock_alone),
        TEST(waiting_for_a_lock_ends_when_the_run_is_to_stop),
        TEST(a_refresh_writes_the_present_time),
        TEST(a_refresh_that_meets_a_foreign_lock_loses_ours),
        TEST(a_lock_that_vanished_is_lost),
        TEST(a_missed_refresh_is_forgiven_until_the_lock_may_expire),
        TEST(dropping_tries_three_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
