#include "proto/verdict.h"

#include "tests/support/vectors.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

VECTORS_CHECK_OF(verdict)

static void
vectors_hold(void **unused)
{
    (void)unused;
    check_vectors("verdict");
}

static void
each_key_fills_its_member(void **unused)
{
    unsigned char buf[VECTORS_WIRE_MAX];
    struct verdict v;

    (void)unused;
    assert_int_equal(
        verdict_decode(&v, buf, vectors_load("verdict-golden", buf)), 0);
    assert_string_equal(v.hub, "hub-a");
    assert_int_equal(v.hub_epoch, 1795495800000000);
    assert_int_equal(v.relay, 43);
    assert_int_equal(v.live, VERDICT_OFF);
    assert_int_equal(v.age_ms, 3600);
    assert_int_equal(v.lost, 0);
}

static void
largest_verdict_fits(void **unused)
{
    struct verdict v = {
        .hub_epoch = UINT64_MAX,
        .relay = UINT64_MAX,
        .age_ms = UINT64_MAX,
        .lost = UINT64_MAX,
        .live = VERDICT_DUP,
    };
    unsigned char buf[VERDICT_WIRE_MAX];

    (void)unused;
    memset(v.hub, 'h', TOPIC_ID_MAX - 1);
    assert_true(verdict_encode(&v, buf, sizeof buf) > 0);
}

static void
every_liveness_has_its_word(void **unused)
{
    (void)unused;
    assert_string_equal(verdict_live_token(VERDICT_ON), "on");
    assert_string_equal(verdict_live_token(VERDICT_OFF), "off");
    assert_string_equal(verdict_live_token(VERDICT_DUP), "dup");
    assert_string_equal(verdict_live_token((enum verdict_live)9), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_hold),
        cmocka_unit_test(each_key_fills_its_member),
        cmocka_unit_test(largest_verdict_fits),
        cmocka_unit_test(every_liveness_has_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
