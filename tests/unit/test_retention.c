#include "services/sync-engine/merge/retention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY_MS 86400000LL
#define NOW    (1000 * DAY_MS + DAY_MS / 2)

static const struct retention_rule RULE = {
    .now_ms = NOW,
    .today = 1000,
    .days = RETENTION_DAYS,
    .per_day = RETENTION_PER_DAY,
    .seed = 42,
};

/* hour of a day; days count from 1970 here */
static struct retention_index
at(int day, int hour)
{
    return (struct retention_index){
        .created_ms = day * DAY_MS + hour * (DAY_MS / 24),
        .day = day,
    };
}

static size_t
kept(const struct retention_index *l, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += l[i].keep;
    return n;
}

static void
all_of_today_stays(void **state)
{
    struct retention_index l[] = {at(1000, 1), at(1000, 2), at(1000, 3),
                                  at(1000, 4)};

    (void)state;
    assert_int_equal(retention_choose(l, 4, &RULE), 0);
    assert_int_equal(kept(l, 4), 4);
}

static void
of_another_day_the_newest_and_one_more_stay(void **state)
{
    bool seen[4] = {false};

    (void)state;
    for (uint64_t seed = 0; seed < 64; seed++) {
        struct retention_index l[] = {at(990, 5), at(990, 7), at(990, 9),
                                      at(990, 1), at(1000, 1)};
        struct retention_rule rule = RULE;

        rule.seed = seed;
        assert_int_equal(retention_choose(l, 5, &rule), 0);
        assert_int_equal(kept(l, 5), 3);
        assert_true(l[2].keep);
        assert_true(l[4].keep);
        for (int i = 0; i < 4; i++)
            seen[i] |= l[i].keep;
    }
    /* each of the others had its luck */
    assert_true(seen[0] && seen[1] && seen[3]);
}

static void
a_day_with_as_many_as_allowed_keeps_all(void **state)
{
    struct retention_index l[] = {at(990, 5), at(990, 7), at(991, 9)};

    (void)state;
    assert_int_equal(retention_choose(l, 3, &RULE), 0);
    assert_int_equal(kept(l, 3), 3);
}

static void
what_is_older_than_the_days_goes(void **state)
{
    struct retention_index l[] = {at(819, 0), at(998, 0), at(999, 0),
                                  at(1000, 0), at(0, 0)};

    (void)state;
    l[0].created_ms = NOW - RETENTION_DAYS * DAY_MS - 1;
    assert_int_equal(retention_choose(l, 5, &RULE), 0);
    assert_false(l[0].keep);
    assert_false(l[4].keep);
    assert_int_equal(kept(l, 5), 3);
    l[0].created_ms++; /* exactly that old is not older */
    assert_int_equal(retention_choose(l, 5, &RULE), 0);
    assert_true(l[0].keep);
}

static void
fewer_than_three_left_means_no_purge(void **state)
{
    struct retention_index l[] = {at(1, 0), at(2, 0), at(999, 0), at(1000, 0)};

    (void)state;
    assert_int_equal(retention_choose(l, 4, &RULE), RETENTION_NO_PURGE);
    assert_int_equal(kept(l, 4), 4);
    assert_int_equal(retention_choose(NULL, 0, &RULE), RETENTION_NO_PURGE);
}

static void
an_index_of_tomorrow_is_not_lost(void **state)
{
    struct retention_index l[] = {at(1001, 0), at(1000, 0), at(999, 0)};

    (void)state;
    assert_int_equal(retention_choose(l, 3, &RULE), 0);
    assert_true(l[0].keep);
}

static void
a_limit_of_none_keeps_today_only(void **state)
{
    struct retention_index l[] = {at(999, 1), at(1000, 0), at(1000, 1),
                                  at(1000, 2)};
    struct retention_rule rule = RULE;

    (void)state;
    rule.per_day = 0;
    assert_int_equal(retention_choose(l, 4, &rule), 0);
    assert_false(l[0].keep);
    assert_int_equal(kept(l, 4), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_today_stays),
        cmocka_unit_test(of_another_day_the_newest_and_one_more_stay),
        cmocka_unit_test(a_day_with_as_many_as_allowed_keeps_all),
        cmocka_unit_test(what_is_older_than_the_days_goes),
        cmocka_unit_test(fewer_than_three_left_means_no_purge),
        cmocka_unit_test(an_index_of_tomorrow_is_not_lost),
        cmocka_unit_test(a_limit_of_none_keeps_today_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
