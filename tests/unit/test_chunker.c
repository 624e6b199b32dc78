/* chunker: the vectors of the format's appendix A.7, and the same cuts as the
 * definition on random and on dull data, however the bytes come in. */
#include "services/sync-engine/repo/chunker.h"

#include "services/sync-engine/repo/oid.h"
#include "tests/support/chunker_reference.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

static void
assert_id(const unsigned char *data, size_t len, const char *hex)
{
    char text[OID_HEX_MAX];
    struct oid id;

    assert_int_equal(oid_of_bytes(&id, data, len), 0);
    assert_string_equal(oid_to_hex(&id, text), hex);
}

/* The next chunk of a file held in memory, fed by steps. */
static size_t
next(struct chunker *c, const unsigned char *data, size_t len, size_t step)
{
    for (size_t have = 0; have < len;) {
        size_t n;

        have = len - have < step ? len : have + step;
        n = chunker_cut(c, data, have);
        if (n != 0)
            return n;
    }
    chunker_reset(c);
    return len;
}

static void
assert_same_cuts(const unsigned char *data, size_t len, size_t step)
{
    struct chunker *c;

    assert_int_equal(chunker_new(&c), 0);
    for (size_t at = 0; at < len;) {
        size_t want = chunker_reference_cut(data + at, len - at);

        assert_int_equal(next(c, data + at, len - at, step), want);
        at += want;
    }
    chunker_free(c);
}

static void
published_stream_has_published_cuts(void **state)
{
    static const size_t lengths[] = {
        1377420, 1505696, 542597,  1310352, 851275, 2147689, 584123,  1612735,
        3200650, 2863319, 1261118, 863879,  792835, 1029717, 1028115,
    };
    size_t len = 20 * MIB;
    unsigned char *data = malloc(len);
    struct chunker *c;
    size_t at = 0;

    (void)state;
    assert_non_null(data);
    chunker_reference_stream(data, len);
    assert_id(data, len, "9d261b2c6e82d7e275e914fda4c8c3e897f6012b");
    assert_int_equal(chunker_new(&c), 0);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        assert_int_equal(next(c, data + at, len - at, CHUNKER_STEP),
                         lengths[i]);
        at += lengths[i];
    }
    assert_int_equal(at, len);
    assert_id(data, lengths[0], "d6201aed3c7b66cff3f8e1a1d7f7b34ecab92ada");
    assert_id(data + len - 1028115, 1028115,
              "ec355a91be1086b3ecbb394975215b918a6c9184");
    assert_int_equal(next(c, data, CHUNKER_MIN, CHUNKER_STEP), CHUNKER_MIN);
    assert_id(data, CHUNKER_MIN, "2320fa8767a19a939fda007c3536e802801e4e47");
    assert_int_equal(next(c, data, CHUNKER_MIN + 1, CHUNKER_STEP),
                     CHUNKER_MIN + 1);
    assert_id(data, CHUNKER_MIN + 1,
              "3ff0182b973308f007f6a2e6411f75404c82c75b");
    chunker_free(c);
    free(data);
}

static void
zeros_are_cut_at_the_minimum(void **state)
{
    unsigned char *data = calloc(2, MIB);
    struct chunker *c;

    (void)state;
    assert_non_null(data);
    assert_int_equal(chunker_new(&c), 0);
    for (size_t at = 0; at < 2 * MIB; at += CHUNKER_MIN)
        assert_int_equal(chunker_cut(c, data + at, 2 * MIB - at), CHUNKER_MIN);
    assert_id(data, CHUNKER_MIN, "6a521e1d2a632c26e53b83d2cc4b0edecfc1e68c");
    chunker_free(c);
    free(data);
}

static void
ones_are_cut_at_the_maximum(void **state)
{
    size_t len = 18 * MIB;
    unsigned char *data = malloc(len);
    struct chunker *c;

    (void)state;
    assert_non_null(data);
    memset(data, 0xff, len);
    assert_int_equal(chunker_new(&c), 0);
    assert_int_equal(next(c, data, len, MIB), CHUNKER_MAX);
    assert_int_equal(chunker_cut(c, data + CHUNKER_MAX, len - CHUNKER_MAX),
                     CHUNKER_MAX);
    assert_int_equal(next(c, data + 16 * MIB, 2 * MIB, MIB), 2 * MIB);
    assert_id(data, CHUNKER_MAX, "d3aae2a7e5c78fc3bf8e296392d8f893961d946f");
    assert_id(data, 2 * MIB, "ba59caac5f5a80fc52c507d8a47f322a380aa9a1");
    chunker_free(c);
    free(data);
}

static void
dull_data_is_cut_as_defined(void **state)
{
    size_t len = 6 * MIB;
    unsigned char *data = malloc(len);

    (void)state;
    assert_non_null(data);
    /* Few different bytes: hits crowd, and the lanes disagree who is first. */
    for (unsigned spread = 2; spread <= 4; spread++) {
        chunker_reference_stream(data, len);
        for (size_t i = 0; i < len; i++)
            data[i] = data[i] % spread == 0 ? 1 : 0;
        assert_same_cuts(data, len, CHUNKER_STEP);
    }
    /* Islands of noise in zeros: hits at every place of a lane. */
    chunker_reference_stream(data, len);
    for (size_t i = 0; i < len; i++) {
        if (i / 50021 % 3 != 0)
            data[i] = 0;
    }
    assert_same_cuts(data, len, MIB);
    /* The first window after the minimum, full of the made-up byte. */
    memset(data, 1, len);
    assert_same_cuts(data, len, MIB);
    free(data);
}

static void
steps_of_any_size_give_the_same_cuts(void **state)
{
    static const size_t steps[] = {60007, 524287, 524288, 524289, 9 * MIB};
    size_t len = 5 * MIB + 12345;
    unsigned char *data = malloc(len);

    (void)state;
    assert_non_null(data);
    chunker_reference_stream(data, len);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        assert_same_cuts(data, len, steps[i]);
    free(data);
}

/* A window whose fingerprint ends in twenty zeros, at a chosen place: every
 * position near the minimum and near the edges of lanes is tried. */
static void
a_hit_at_any_place_is_found(void **state)
{
    size_t len = 2 * MIB;
    unsigned char *noise = malloc(len);
    unsigned char *data = malloc(len);
    size_t cut;

    (void)state;
    assert_non_null(noise);
    assert_non_null(data);
    chunker_reference_stream(noise, len);
    cut = chunker_reference_cut(noise, len);
    for (size_t n = CHUNKER_MIN - 2; n < CHUNKER_MIN + 70000; n += 997) {
        struct chunker *c;
        size_t want;

        memset(data, 0xff, len);
        memcpy(data + n - 64, noise + cut - 64, 64);
        want = n >= CHUNKER_MIN ? n : len;
        assert_int_equal(chunker_reference_cut(data, len), want);
        assert_int_equal(chunker_new(&c), 0);
        assert_int_equal(next(c, data, len, len), want);
        chunker_free(c);
    }
    free(noise);
    free(data);
}

/* Two hits: the first in the stream counts, though a later lane may come upon
 * the other one earlier. */
static void
the_first_of_two_hits_counts(void **state)
{
    size_t len = 2 * MIB;
    unsigned char *noise = malloc(len);
    unsigned char *data = malloc(len);
    size_t cut;

    (void)state;
    assert_non_null(noise);
    assert_non_null(data);
    chunker_reference_stream(noise, len);
    cut = chunker_reference_cut(noise, len);
    for (size_t first = 500; first < 24000; first += 1531) {
        for (size_t apart = 200; apart < 30000; apart += 1777) {
            struct chunker *c;
            size_t n = CHUNKER_MIN + first;

            memset(data, 0xff, len);
            memcpy(data + n - 64, noise + cut - 64, 64);
            memcpy(data + n + apart - 64, noise + cut - 64, 64);
            assert_int_equal(chunker_reference_cut(data, n + apart), n);
            assert_int_equal(chunker_new(&c), 0);
            assert_int_equal(chunker_cut(c, data, len), n);
            chunker_free(c);
        }
    }
    free(noise);
    free(data);
}

static void
reset_forgets_the_chunk_begun(void **state)
{
    unsigned char *data = calloc(1, MIB);
    struct chunker *c;

    (void)state;
    assert_non_null(data);
    memset(data, 0xff, MIB);
    assert_int_equal(chunker_new(&c), 0);
    assert_int_equal(chunker_cut(c, data, MIB), 0);
    chunker_reset(c);
    memset(data, 0, MIB);
    assert_int_equal(chunker_cut(c, data, MIB), CHUNKER_MIN);
    chunker_free(c);
    free(data);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_stream_has_published_cuts),
        cmocka_unit_test(zeros_are_cut_at_the_minimum),
        cmocka_unit_test(ones_are_cut_at_the_maximum),
        cmocka_unit_test(dull_data_is_cut_as_defined),
        cmocka_unit_test(steps_of_any_size_give_the_same_cuts),
        cmocka_unit_test(a_hit_at_any_place_is_found),
        cmocka_unit_test(the_first_of_two_hits_counts),
        cmocka_unit_test(reset_forgets_the_chunk_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
