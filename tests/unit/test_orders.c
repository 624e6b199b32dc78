#include "services/sync-engine/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>

static struct cancel cancel;
static struct orders orders;

static int
setup(void **state)
{
    (void)state;
    assert_int_equal(cancel_init(&cancel), 0);
    return orders_init(&orders, &cancel, true, 6);
}

static int
teardown(void **state)
{
    (void)state;
    orders_clear(&orders);
    orders_clear(&orders); /* twice is fine */
    cancel_clear(&cancel);
    return 0;
}

static struct commands_decision
take(enum command_name name)
{
    return orders_take(&orders, &(struct command){.name = name});
}

static uint64_t
begin(void)
{
    struct commands_order order = {0};

    return orders_begin(&orders, &order) ? order.run : 0;
}

static bool
has_news(void)
{
    struct pollfd p = {.fd = orders.fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static void
a_request_is_news_until_somebody_looked(void **state)
{
    (void)state;
    assert_false(has_news());
    assert_int_equal(take(COMMAND_SYNC).run, 7);
    assert_true(has_news());
    assert_true(orders_look(&orders).queued);
    assert_false(has_news());
    assert_int_equal(begin(), 7);
    assert_false(orders_look(&orders).queued);
    assert_int_equal(orders_look(&orders).running, 7);
    orders_end(&orders);
    assert_int_equal(orders_look(&orders).running, 0);
}

static void
lists_wake_nobody(void **state)
{
    (void)state;
    assert_int_equal(take(COMMAND_RUNS).act, COMMANDS_LIST);
    assert_false(has_news());
}

static void
a_wish_to_cancel_ends_with_its_run(void **state)
{
    (void)state;
    assert_int_equal(begin(), 7);
    assert_int_equal(take(COMMAND_CANCEL).code, REPLY_OK);
    assert_true(atomic_load(&cancel.set));
    assert_int_equal(cancel_wait(&cancel, 0), -ECANCELED);
    orders_end(&orders);
    assert_int_equal(take(COMMAND_CANCEL).code, REPLY_NOT_FOUND);
    assert_int_equal(begin(), 8);
    assert_false(atomic_load(&cancel.set));
    assert_int_equal(cancel_wait(&cancel, 0), 0);
}

static void
switching_off_stops_the_run_and_begins_none(void **state)
{
    (void)state;
    assert_int_equal(begin(), 7);
    orders_switch(&orders, false);
    assert_true(atomic_load(&cancel.set));
    orders_end(&orders);
    assert_int_equal(begin(), 0);
    orders_switch(&orders, true);
    assert_true(has_news());
    assert_int_equal(begin(), 8);
    assert_false(atomic_load(&cancel.set));
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_news_until_somebody_looked),
        TEST(lists_wake_nobody),
        TEST(a_wish_to_cancel_ends_with_its_run),
        TEST(switching_off_stops_the_run_and_begins_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
