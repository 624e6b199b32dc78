#include "tools/syncbus/ranking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct copy_engine engines[] = {
    {.id = "a", .shown = COPY_IDLE},    {.id = "b", .shown = COPY_SYNCING},
    {.id = "c", .shown = COPY_IDLE},    {.id = "d", .shown = COPY_ERROR},
    {.id = "e", .shown = COPY_OFFLINE}, {.id = "f", .shown = COPY_STALLED},
};

static void
all_of_them_in_their_order_when_they_fit(void **state)
{
    struct ranking r;

    (void)state;
    ranking_make(&r, engines, 6, 6);
    assert_int_equal(r.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(r.index[i], i);
    assert_string_equal(r.rest, "");
    ranking_clear(&r);
}

static void
those_that_want_to_be_seen_come_first(void **state)
{
    static const size_t expected[] = {5, 1, 3, 4};
    struct ranking r;

    (void)state;
    ranking_make(&r, engines, 6, 5);
    assert_int_equal(r.count, 4); /* and a line for the rest */
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(r.index[i], expected[i]);
    assert_string_equal(r.rest, "and 2 more: 2 idle");
    ranking_clear(&r);
}

static void
without_room_there_is_only_a_sum(void **state)
{
    struct ranking r;

    (void)state;
    for (size_t room = 0; room < 2; room++) {
        ranking_make(&r, engines, 6, room);
        assert_int_equal(r.count, 0);
        assert_string_equal(r.rest, "and 6 more: 1 stalled, 1 syncing, 1 error,"
                                    " 1 offline, 2 idle");
        ranking_clear(&r);
    }
}

static void
nobody_is_nothing(void **state)
{
    struct ranking r;

    (void)state;
    ranking_make(&r, engines, 0, 5);
    assert_int_equal(r.count, 0);
    assert_string_equal(r.rest, "");
    ranking_clear(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_them_in_their_order_when_they_fit),
        cmocka_unit_test(those_that_want_to_be_seen_come_first),
        cmocka_unit_test(without_room_there_is_only_a_sum),
        cmocka_unit_test(nobody_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
