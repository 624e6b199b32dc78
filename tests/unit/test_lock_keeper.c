#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/cloud/lock_keeper.h"
#include "tests/support/memory_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define FOREIGN "{\"deviceID\":\"them\",\"time\":1}"

static struct store *store;
static struct lock lock;
static struct lock_keeper *keeper;
static atomic_int put_count;

static uint64_t
read_clock(void *ctx)
{
    (void)ctx;
    return clock_wall_ms();
}

static int
wait_nothing(void *ctx, unsigned ms)
{
    (void)ctx;
    (void)ms;
    return 0;
}

static void
count_put(void *ctx, const char *key)
{
    (void)ctx;
    (void)key;
    atomic_fetch_add(&put_count, 1);
}

static bool
has_refreshed_thrice(void)
{
    return atomic_load(&put_count) >= 4; /* the first one took it */
}

static bool
is_lost(void)
{
    return lock_keeper_is_lost(keeper);
}

/* Look every millisecond, for a minute at most. */
static void
wait_until(bool (*condition)(void))
{
    const struct timespec pause = {.tv_nsec = 1000000};
    uint64_t deadline = clock_monotonic_ms() + 60000;

    while (!condition()) {
        assert_true(clock_monotonic_ms() < deadline);
        (void)nanosleep(&pause, NULL);
    }
}

static int
setup(void **state)
{
    struct fault f = {0};

    (void)state;
    log_init("test", LOG_ERROR, false);
    store = memory_store_new();
    atomic_store(&put_count, 0);
    memory_store_on_put(store, count_put, NULL);
    lock = (struct lock){
        .store = store,
        .device = "us",
        .clock = {.wall_ms = read_clock, .wait_ms = wait_nothing},
    };
    if (lock_take(&lock, &f) != 0)
        return -1;
    return lock_keeper_start(&keeper, &lock, 1);
}

static int
teardown(void **state)
{
    (void)state;
    lock_keeper_stop(keeper);
    lock_drop(&lock);
    store_close(store);
    return 0;
}

static void
a_held_lock_is_written_again_and_again(void **state)
{
    struct fault f = {0};

    (void)state;
    wait_until(has_refreshed_thrice);
    assert_false(lock_keeper_is_lost(keeper));
    assert_int_equal(lock_keeper_check(keeper, &f), 0);
}

static void
a_foreign_lock_is_noticed_told_and_left_alone(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_fail(store, "put", LOCK_KEY, CODE_NETWORK, 0);
    memory_store_set(store, LOCK_KEY, FOREIGN);
    wait_until(is_lost);
    assert_true(lock_keeper_check(keeper, &f) < 0);
    assert_int_equal(f.code, CODE_LOCKED);
    assert_non_null(strstr(f.cause, "them"));
    lock_keeper_stop(keeper);
    keeper = NULL;
    lock_drop(&lock);
    assert_string_equal(memory_store_find(store, LOCK_KEY), FOREIGN);
}

/* A store that is away for a moment takes nothing from us. */
static void
a_missed_refresh_loses_nothing(void **state)
{
    struct fault f = {0};

    (void)state;
    memory_store_fail(store, "put", LOCK_KEY, CODE_NETWORK, 0);
    wait_until(has_refreshed_thrice);
    assert_false(lock_keeper_is_lost(keeper));
    memory_store_fail(store, NULL, NULL, CODE_OK, 0);
    assert_int_equal(lock_keeper_check(keeper, &f), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_held_lock_is_written_again_and_again),
        TEST(a_foreign_lock_is_noticed_told_and_left_alone),
        TEST(a_missed_refresh_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
