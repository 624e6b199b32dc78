#include "proto/beat.h"

#include "tests/support/vectors.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

VECTORS_CHECK_OF(beat)

static void
vectors_of_beats_hold(void **unused)
{
    (void)unused;
    check_vectors("beat");
}

static void
vectors_of_snapshot_headers_hold(void **unused)
{
    (void)unused;
    check_vectors("snapshot");
}

static struct beat
load(const char *name)
{
    unsigned char buf[VECTORS_WIRE_MAX];
    struct beat b;

    assert_int_equal(beat_decode(&b, buf, vectors_load(name, buf)), 0);
    return b;
}

static void
each_key_fills_its_member(void **unused)
{
    struct beat b = load("snapshot-full");

    (void)unused;
    assert_int_equal(b.minor, 1);
    assert_int_equal(b.epoch_us, 1795495860000000);
    assert_int_equal(b.instance, 1);
    assert_int_equal(b.seq, 77);
    assert_int_equal(b.sent_at_ms, 1795495875000);
    assert_int_equal(b.up_ms, 15000);
    assert_int_equal(b.ttl_ms, 3500);
    assert_int_equal(b.engines, 12);
    assert_int_equal(b.on, 9);
    assert_int_equal(b.off, 2);
    assert_int_equal(b.dup, 1);
    for (int i = 0; i < REFUSAL_COUNT; i++)
        assert_int_equal(b.drop[i], i + 1);
    assert_int_equal(b.part, 2);
    assert_int_equal(b.parts, 3);
}

static void
a_beat_is_no_part_of_anything(void **unused)
{
    struct beat b = load("beat-full");

    (void)unused;
    assert_int_equal(b.part, 0);
    assert_int_equal(b.parts, 0);
}

static void
largest_header_fits(void **unused)
{
    unsigned char buf[BEAT_WIRE_MAX];
    struct beat b;

    (void)unused;
    memset(&b, 0xff, sizeof b);
    assert_true(beat_encode(&b, buf, sizeof buf) > 0);
}

static void
every_reason_has_its_word(void **unused)
{
    static const char *const tokens[] = {
        "identity", "frames", "topic", "size", "message",
        "rate",     "full",   "old",   "twin",
    };

    (void)unused;
    assert_int_equal(sizeof tokens / sizeof *tokens, REFUSAL_COUNT);
    for (size_t i = 0; i < REFUSAL_COUNT; i++)
        assert_string_equal(refusal_token((enum refusal)i), tokens[i]);
    assert_string_equal(refusal_token(REFUSAL_COUNT), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_beats_hold),
        cmocka_unit_test(vectors_of_snapshot_headers_hold),
        cmocka_unit_test(each_key_fills_its_member),
        cmocka_unit_test(a_beat_is_no_part_of_anything),
        cmocka_unit_test(largest_header_fits),
        cmocka_unit_test(every_reason_has_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
