#include "services/sync-engine/bus/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START 1000

/* A socket that was opened and connected at START. */
static struct link
connected_link(void)
{
    struct link l;

    link_opened(&l, START, 0);
    link_seen(&l, true, START);
    return l;
}

static void
a_connected_socket_is_left_alone(void **state)
{
    struct link l = connected_link();

    (void)state;
    for (uint64_t t = 0; t < LINK_QUIET_MS; t += 500) {
        link_seen(&l, true, START + t);
        assert_int_equal(link_next(&l, START + t), LINK_WAIT);
    }
}

static void
a_socket_that_does_not_connect_is_replaced(void **state)
{
    struct link l;
    uint64_t now_ms = START + LINK_CONNECT_MS;

    (void)state;
    link_opened(&l, START, 0);
    link_seen(&l, false, now_ms - 1);
    assert_int_equal(link_next(&l, now_ms - 1), LINK_WAIT);
    assert_int_equal(link_next(&l, now_ms), LINK_REBUILD);
    link_opened(&l, now_ms, LINK_JITTER_MS);
    now_ms += LINK_CONNECT_MS + LINK_JITTER_MS;
    assert_int_equal(link_next(&l, now_ms - 1), LINK_WAIT);
    assert_int_equal(link_next(&l, now_ms), LINK_REBUILD);
}

static void
a_lost_connection_has_time_to_come_back(void **state)
{
    struct link l = connected_link();

    (void)state;
    link_seen(&l, false, START + 100);
    assert_int_equal(link_next(&l, START + 100 + LINK_CONNECT_MS - 1),
                     LINK_WAIT);
    link_seen(&l, true, START + LINK_CONNECT_MS);
    assert_int_equal(link_next(&l, START + LINK_CONNECT_MS + 100), LINK_WAIT);
    link_seen(&l, false, START + LINK_CONNECT_MS + 100);
    assert_int_equal(link_next(&l, START + 2 * LINK_CONNECT_MS + 100),
                     LINK_REBUILD);
}

static void
silence_is_broken_by_a_question(void **state)
{
    struct link l = connected_link();
    uint64_t now_ms = START;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(link_next(&l, now_ms + LINK_QUIET_MS - 1), LINK_WAIT);
        now_ms += LINK_QUIET_MS;
        assert_int_equal(link_next(&l, now_ms), LINK_ASK);
        link_asked(&l);
        assert_int_equal(link_next(&l, now_ms), LINK_WAIT);
        link_heard(&l, now_ms);
    }
}

static void
without_an_answer_the_socket_is_replaced(void **state)
{
    struct link l = connected_link();
    uint64_t now_ms = START + LINK_QUIET_MS;

    (void)state;
    assert_int_equal(link_next(&l, now_ms), LINK_ASK); /* it cannot leave */
    assert_int_equal(link_next(&l, now_ms + 500), LINK_ASK);
    link_asked(&l);
    assert_int_equal(link_next(&l, now_ms + LINK_ANSWER_MS - 1), LINK_WAIT);
    assert_int_equal(link_next(&l, now_ms + LINK_ANSWER_MS), LINK_REBUILD);
}

static void
whatever_comes_is_an_answer(void **state)
{
    struct link l = connected_link();
    uint64_t now_ms = START + LINK_QUIET_MS;

    (void)state;
    assert_int_equal(link_next(&l, now_ms), LINK_ASK);
    link_asked(&l);
    link_heard(&l, now_ms + 10); /* a command, before the answer */
    assert_int_equal(link_next(&l, now_ms + LINK_ANSWER_MS + 1), LINK_WAIT);
    link_heard(&l, now_ms + 20);
    assert_int_equal(link_next(&l, now_ms + 20 + LINK_QUIET_MS), LINK_ASK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connected_socket_is_left_alone),
        cmocka_unit_test(a_socket_that_does_not_connect_is_replaced),
        cmocka_unit_test(a_lost_connection_has_time_to_come_back),
        cmocka_unit_test(silence_is_broken_by_a_question),
        cmocka_unit_test(without_an_answer_the_socket_is_replaced),
        cmocka_unit_test(whatever_comes_is_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
