#include "services/state-aggregator/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0 UINT64_C(1000000)

static const struct bucket_rule rule = {.per_ms = 2, .max = 100};

static int64_t
credit(struct buckets *b, uint64_t peer, uint64_t now_ms)
{
    return bucket_of(b, &rule, peer, now_ms)->credit;
}

static void
a_new_peer_has_a_full_bucket_of_its_own(void **state)
{
    struct buckets b = {0};

    (void)state;
    assert_int_equal(credit(&b, 7, T0), 100);
    bucket_of(&b, &rule, 7, T0)->credit = 0;
    assert_int_equal(credit(&b, 8, T0), 100);
    assert_int_equal(credit(&b, 7, T0), 0);
    assert_int_equal(credit(&b, 0, T0), 100);
}

static void
it_fills_up_and_not_over(void **state)
{
    struct buckets b = {0};

    (void)state;
    bucket_of(&b, &rule, 7, T0)->credit = 0;
    assert_int_equal(credit(&b, 7, T0 + 1), 2);
    assert_int_equal(credit(&b, 7, T0 + 49), 98);
    assert_int_equal(credit(&b, 7, T0 + 50), 100);
    assert_int_equal(credit(&b, 7, T0 + 51), 100);
    assert_int_equal(credit(&b, 7, UINT64_MAX), 100);
}

static void
a_debt_is_paid_off_first(void **state)
{
    struct buckets b = {0};

    (void)state;
    bucket_of(&b, &rule, 7, T0)->credit -= 300;
    assert_int_equal(credit(&b, 7, T0 + 100), 0);
    assert_int_equal(credit(&b, 7, T0 + 101), 2);
    assert_int_equal(credit(&b, 7, T0 + 1000), 100);
}

static void
only_the_quietest_is_forgotten(void **state)
{
    struct buckets b = {0};

    (void)state;
    for (uint64_t peer = 0; peer < BUCKET_PEERS; peer++)
        bucket_of(&b, &rule, peer, T0)->credit = -1000000;
    assert_true(credit(&b, 0, T0 + 1) < 0);
    assert_int_equal(credit(&b, 9999, T0 + 2), 100);
    assert_true(credit(&b, 0, T0 + 2) < 0);
    assert_int_equal(credit(&b, 1, T0 + 3), 100);
}

static void
who_is_gone_is_forgotten_by_its_mark(void **state)
{
    struct buckets b = {0};

    (void)state;
    for (uint64_t peer = 1; peer <= 3; peer++) {
        bucket_of(&b, &rule, peer, T0)->mark = 10 * peer;
        bucket_of(&b, &rule, peer, T0)->credit = 1;
    }
    bucket_forget(&b, 20);
    bucket_forget(&b, 0);
    assert_int_equal(credit(&b, 1, T0), 1);
    assert_int_equal(credit(&b, 2, T0), 100);
    assert_int_equal(credit(&b, 3, T0), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_peer_has_a_full_bucket_of_its_own),
        cmocka_unit_test(it_fills_up_and_not_over),
        cmocka_unit_test(a_debt_is_paid_off_first),
        cmocka_unit_test(only_the_quietest_is_forgotten),
        cmocka_unit_test(who_is_gone_is_forgotten_by_its_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
