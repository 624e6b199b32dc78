/* The watchdog of peer.h: the rest of it is sockets, and tested with them. */
#include "services/runtime/peer.h"

#include <zmq.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
silence_of_the_limit_is_due(void **state)
{
    struct watchdog w;

    (void)state;
    watchdog_init(&w, 5000, 100);
    assert_false(watchdog_due(&w, 100));
    assert_false(watchdog_due(&w, 5099));
    assert_true(watchdog_due(&w, 5100));
}

static void
every_word_heard_starts_it_again(void **state)
{
    struct watchdog w;

    (void)state;
    watchdog_init(&w, 5000, 100);
    watchdog_heard(&w, 5050);
    assert_false(watchdog_due(&w, 10049));
    assert_true(watchdog_due(&w, 10050));
}

static void
a_rebuild_waits_for_the_limit_and_a_jitter(void **state)
{
    struct watchdog w;

    (void)state;
    watchdog_init(&w, 5000, 0);
    for (uint32_t r = 0; r < 100000; r += 37) {
        watchdog_rebuilt(&w, 1000, r);
        assert_false(watchdog_due(&w, 1000)); /* during the jitter */
        assert_false(watchdog_due(&w, 5999));
        assert_true(watchdog_due(&w, 6500));
    }
}

/* libzmq 4.3.4 aborts when one is due to a peer that was cut off. */
static void
a_hub_sends_no_ping(void **state)
{
    static const struct {
        enum peer_role role;
        int interval_ms;
    } rows[] = {
        {PEER_INGEST_HUB, 0},     {PEER_FEED_HUB, 0},
        {PEER_CONTROL_HUB, 0},    {PEER_INGEST_ENGINE, 1000},
        {PEER_FEED_READER, 1000}, {PEER_CONTROL_CLIENT, 1000},
    };
    void *context = peer_context_new(1);

    (void)state;
    assert_non_null(context);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *socket = peer_open(context, rows[i].role, 0);
        int interval_ms = -1;
        size_t len = sizeof interval_ms;

        assert_non_null(socket);
        assert_int_equal(
            zmq_getsockopt(socket, ZMQ_HEARTBEAT_IVL, &interval_ms, &len), 0);
        assert_int_equal(interval_ms, rows[i].interval_ms);
        peer_close(socket);
    }
    peer_context_free(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hub_sends_no_ping),
        cmocka_unit_test(silence_of_the_limit_is_due),
        cmocka_unit_test(every_word_heard_starts_it_again),
        cmocka_unit_test(a_rebuild_waits_for_the_limit_and_a_jitter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
