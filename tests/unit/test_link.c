#include "services/sync-engine/bus/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START 1000

static void
a_new_socket_is_asked_at_once(void **state)
{
    struct link l;

    (void)state;
    link_opened(&l, START, 0);
    assert_int_equal(link_next(&l, START), LINK_ASK);
    link_asked(&l);
    assert_int_equal(link_next(&l, START), LINK_WAIT);
}

static void
a_question_that_cannot_leave_is_asked_again(void **state)
{
    struct link l;

    (void)state;
    link_opened(&l, START, 0);
    for (uint64_t t = 0; t < LINK_ANSWER_MS; t += 500)
        assert_int_equal(link_next(&l, START + t), LINK_ASK);
    assert_int_equal(link_next(&l, START + LINK_ANSWER_MS), LINK_REBUILD);
}

static void
without_an_answer_the_socket_is_replaced(void **state)
{
    struct link l;

    (void)state;
    link_opened(&l, START, 0);
    (void)link_next(&l, START);
    link_asked(&l);
    assert_int_equal(link_next(&l, START + LINK_ANSWER_MS - 1), LINK_WAIT);
    assert_int_equal(link_next(&l, START + LINK_ANSWER_MS), LINK_REBUILD);
    link_opened(&l, START + LINK_ANSWER_MS, LINK_JITTER_MS);
    assert_int_equal(link_next(&l, START + 2 * LINK_ANSWER_MS), LINK_ASK);
    assert_int_equal(link_next(&l, START + 2 * LINK_ANSWER_MS + LINK_JITTER_MS),
                     LINK_REBUILD);
}

static void
silence_is_broken_by_a_question(void **state)
{
    struct link l;
    uint64_t now_ms = START;

    (void)state;
    link_opened(&l, now_ms, 0);
    for (int i = 0; i < 3; i++) {
        link_asked(&l);
        link_heard(&l, now_ms);
        assert_int_equal(link_next(&l, now_ms + LINK_QUIET_MS - 1), LINK_WAIT);
        now_ms += LINK_QUIET_MS;
        assert_int_equal(link_next(&l, now_ms), LINK_ASK);
    }
    link_asked(&l);
    assert_int_equal(link_next(&l, now_ms + LINK_ANSWER_MS - 1), LINK_WAIT);
    assert_int_equal(link_next(&l, now_ms + LINK_ANSWER_MS), LINK_REBUILD);
}

static void
whatever_comes_is_an_answer(void **state)
{
    struct link l;

    (void)state;
    link_opened(&l, START, 0);
    link_asked(&l);
    link_heard(&l, START + 10); /* a command, before the answer */
    assert_int_equal(link_next(&l, START + LINK_ANSWER_MS + 1), LINK_WAIT);
    link_heard(&l, START + 20);
    assert_int_equal(link_next(&l, START + 20 + LINK_QUIET_MS), LINK_ASK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_socket_is_asked_at_once),
        cmocka_unit_test(a_question_that_cannot_leave_is_asked_again),
        cmocka_unit_test(without_an_answer_the_socket_is_replaced),
        cmocka_unit_test(silence_is_broken_by_a_question),
        cmocka_unit_test(whatever_comes_is_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
