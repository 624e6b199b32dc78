/* Tests of services/bus-client/pending.c. */
#include "services/bus-client/pending.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW   1000000
#define CALLS 3

static struct pending pending;
static struct pending_call calls[CALLS];

/* Three calls, 100 ms apart. */
static int
set_up(void **unused)
{
    (void)unused;
    pending_init(&pending, NOW);
    memset(calls, 0, sizeof calls);
    for (size_t i = 0; i < CALLS; i++) {
        (void)snprintf(calls[i].request, sizeof calls[i].request, "%032x",
                       (unsigned)i);
        pending_add(&pending, &calls[i], NOW + 100 * i);
    }
    return 0;
}

static struct pending_call *
take(size_t i)
{
    return pending_take(&pending, calls[i].request, COMMAND_ID_MAX - 1);
}

static void
calls_are_sent_in_their_order(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < CALLS; i++) {
        assert_true(pending_has_unsent(&pending));
        assert_ptr_equal(pending_next(&pending, NOW), &calls[i]);
        assert_ptr_equal(pending_next(&pending, NOW), &calls[i]);
        pending_sent(&pending, &calls[i], NOW);
    }
    assert_false(pending_has_unsent(&pending));
    assert_null(pending_next(&pending, NOW));
}

static void
each_reply_finds_its_call_once(void **unused)
{
    (void)unused;
    assert_ptr_equal(take(1), &calls[1]);
    assert_null(take(1));
    assert_ptr_equal(take(2), &calls[2]); /* the last */
    assert_ptr_equal(take(0), &calls[0]);
    assert_null(pending_pop(&pending));
    pending_add(&pending, &calls[2], NOW); /* an empty list takes one again */
    assert_ptr_equal(pending_pop(&pending), &calls[2]);
}

static void
what_is_no_request_id_finds_nothing(void **unused)
{
    (void)unused;
    assert_null(pending_take(&pending, "", 0));
    assert_null(pending_take(&pending, calls[0].request, 31));
    assert_null(pending_take(&pending, calls[0].request, 33));
    assert_null(pending_take(&pending, "ffffffffffffffffffffffffffffffff", 32));
}

static void
each_call_has_its_five_seconds(void **unused)
{
    (void)unused;
    assert_null(pending_expire(&pending, NOW + COMMAND_TIMEOUT_MS - 1));
    assert_ptr_equal(pending_expire(&pending, NOW + COMMAND_TIMEOUT_MS),
                     &calls[0]);
    assert_null(pending_expire(&pending, NOW + COMMAND_TIMEOUT_MS));
    assert_ptr_equal(pending_expire(&pending, NOW + 2 * COMMAND_TIMEOUT_MS),
                     &calls[1]);
    assert_ptr_equal(pending_expire(&pending, NOW + 2 * COMMAND_TIMEOUT_MS),
                     &calls[2]);
    assert_null(pending_expire(&pending, UINT64_MAX));
}

static void
a_new_socket_gets_every_call_again(void **unused)
{
    (void)unused;
    pending_sent(&pending, &calls[0], NOW);
    pending_sent(&pending, &calls[1], NOW);
    pending_unsend(&pending);
    assert_ptr_equal(pending_next(&pending, NOW), &calls[0]);
}

static void
what_the_hub_would_drop_waits_for_its_turn(void **unused)
{
    uint64_t wait;

    (void)unused;
    for (int i = 0; i < PENDING_BURST; i++) {
        if (pending_next(&pending, NOW) == NULL)
            break;
        pending_sent(&pending, &calls[0], NOW);
        pending_unsend(&pending);
    }
    assert_null(pending_next(&pending, NOW));
    assert_true(pending_has_unsent(&pending));
    wait = pending_wait_ms(&pending, NOW, 1000);
    assert_in_range(wait, 1, 1000 / PENDING_RATE + 1);
    assert_null(pending_next(&pending, NOW + wait - 1));
    assert_ptr_equal(pending_next(&pending, NOW + wait), &calls[0]);
}

static void
a_second_brings_no_more_than_the_rate(void **unused)
{
    int sent = 0;

    (void)unused;
    pending.credit_ms = 0;
    for (uint64_t ms = 0; ms < 1000; ms++) {
        while (pending_next(&pending, NOW + ms) != NULL) {
            pending_sent(&pending, &calls[0], NOW + ms);
            pending_unsend(&pending);
            sent++;
        }
    }
    assert_in_range(sent, PENDING_RATE / 2, PENDING_RATE);
}

static void
who_waits_wakes_for_the_first_deadline(void **unused)
{
    (void)unused;
    assert_int_equal(pending_wait_ms(&pending, NOW, 1000), 1000);
    assert_int_equal(
        pending_wait_ms(&pending, NOW + COMMAND_TIMEOUT_MS - 7, 1000), 7);
    assert_int_equal(pending_wait_ms(&pending, NOW + COMMAND_TIMEOUT_MS, 1000),
                     0);
    while (pending_pop(&pending) != NULL)
        continue;
    assert_int_equal(pending_wait_ms(&pending, NOW, 1000), 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(calls_are_sent_in_their_order, set_up),
        cmocka_unit_test_setup(each_reply_finds_its_call_once, set_up),
        cmocka_unit_test_setup(what_is_no_request_id_finds_nothing, set_up),
        cmocka_unit_test_setup(each_call_has_its_five_seconds, set_up),
        cmocka_unit_test_setup(a_new_socket_gets_every_call_again, set_up),
        cmocka_unit_test_setup(what_the_hub_would_drop_waits_for_its_turn,
                               set_up),
        cmocka_unit_test_setup(a_second_brings_no_more_than_the_rate, set_up),
        cmocka_unit_test_setup(who_waits_wakes_for_the_first_deadline, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
