#include "proto/wire.h"

#include "proto/utf8.h"
#include "tests/support/vectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SCAN(literal) wire_scan(literal, sizeof(literal) - 1)

static void
assert_scan_refuses(const char *name, const unsigned char *bytes, size_t len)
{
    if (wire_scan(bytes, len) != -EBADMSG)
        fail_msg("%s: passed", name);
}

static void
vectors_of_no_message_are_refused_by_the_scan(void **unused)
{
    (void)unused;
    vectors_each("any", assert_scan_refuses);
}

static void
plain_maps_pass(void **unused)
{
    (void)unused;
    assert_int_equal(SCAN("\x80"), 0);
    assert_int_equal(SCAN("\x81\xa1v\x01"), 0);
    assert_int_equal(SCAN("\xde\x00\x01\xa1v\xc3"), 0);
    assert_int_equal(SCAN("\xdf\x00\x00\x00\x01\xa1v\xc0"), 0);
    assert_int_equal(SCAN("\x82\xa1v\x01\xa1w\x92\xff\xa0"), 0);
}

static void
depth_four_passes_and_five_does_not(void **unused)
{
    (void)unused;
    assert_int_equal(SCAN("\x81\xa1x\x81\xa1x\x91\x91\x01"), 0);
    assert_int_equal(SCAN("\x81\xa1x\x81\xa1x\x91\x91\x90"), -EBADMSG);
    assert_int_equal(SCAN("\x81\xa1x\x81\xa1x\x91\x91\x80"), -EBADMSG);
}

static void
counts_beyond_the_bytes_left_are_refused(void **unused)
{
    (void)unused;
    assert_int_equal(SCAN("\xdf\xff\xff\xff\xff"), -EBADMSG);
    assert_int_equal(SCAN("\x81\xa1x\xdd\xff\xff\xff\xff"), -EBADMSG);
    assert_int_equal(SCAN("\x81\xa1x\xdd\x00\x00\x00\x02\x01"), -EBADMSG);
    assert_int_equal(SCAN("\x81\xa1x\xdb\xff\xff\xff\xff"), -EBADMSG);
    assert_int_equal(SCAN("\x81\xdb\xff\xff\xff\xff"), -EBADMSG);
}

static void
integers_end_at_53_bits(void **unused)
{
    (void)unused;
    assert_int_equal(SCAN("\x81\xa1x\xcf\x00\x1f\xff\xff\xff\xff\xff\xff"), 0);
    assert_int_equal(SCAN("\x81\xa1x\xcf\x00\x20\x00\x00\x00\x00\x00\x00"),
                     -EBADMSG);
    assert_int_equal(SCAN("\x81\xa1x\xd3\x00\x1f\xff\xff\xff\xff\xff\xff"), 0);
    assert_int_equal(SCAN("\x81\xa1x\xd3\xff\xe0\x00\x00\x00\x00\x00\x01"), 0);
    assert_int_equal(SCAN("\x81\xa1x\xd3\xff\xe0\x00\x00\x00\x00\x00\x00"),
                     -EBADMSG);
    assert_int_equal(SCAN("\x81\xa1x\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
                     -EBADMSG);
}

static void
foreign_types_are_refused(void **unused)
{
    const unsigned char heads[] = {0xc1, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9,
                                   0xca, 0xcb, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8};

    (void)unused;
    for (size_t i = 0; i < sizeof heads; i++) {
        unsigned char message[40] = {0x81, 0xa1, 'x', heads[i]};

        for (size_t len = 4; len <= sizeof message; len++)
            assert_int_equal(wire_scan(message, len), -EBADMSG);
    }
}

static void
keys_are_texts_and_stand_once(void **unused)
{
    (void)unused;
    assert_int_equal(SCAN("\x81\x01\x01"), -EBADMSG);
    assert_int_equal(SCAN("\x81\xc0\x01"), -EBADMSG);
    assert_int_equal(SCAN("\x82\xa1x\x01\xa1x\x01"), -EBADMSG);
    assert_int_equal(SCAN("\x82\xa1x\x01\xdb\x00\x00\x00\x01x\x01"), -EBADMSG);
    assert_int_equal(SCAN("\x82\xa0\x01\xa0\x01"), -EBADMSG);
    /* The same key in two maps is no duplicate. */
    assert_int_equal(SCAN("\x82\xa1x\x81\xa1x\x01\xa1y\x81\xa1x\x01"), 0);
}

static void
reader_of_a_refused_message_holds_nothing(void **unused)
{
    struct wire_reader r;

    (void)unused;
    assert_int_equal(wire_reader_init(&r, "\x81\xa1x", 3), -EBADMSG);
    assert_null(r.zone);
    wire_reader_clear(&r);
}

/* One of each type, read by the wrong and the right function. */
static void
reads_check_type_and_range(void **unused)
{
    struct wire_writer w;
    struct wire_reader r;
    unsigned char buf[128];
    uint64_t number = 7, pair[2] = {7, 7};
    bool flag = true;
    char text[4] = "abc";
    const msgpack_object *o;

    (void)unused;
    wire_writer_init(&w, buf, sizeof buf);
    wire_put_map(&w, 4);
    wire_put_key(&w, "u");
    wire_put_uint(&w, 300);
    wire_put_key(&w, "b");
    wire_put_bool(&w, false);
    wire_put_key(&w, "s");
    wire_put_str(&w, "xyz");
    wire_put_key(&w, "l");
    wire_put_array(&w, 2);
    wire_put_uint(&w, 1);
    wire_put_uint(&w, 2);
    assert_int_equal(wire_reader_init(&r, buf, (size_t)wire_writer_end(&w)), 0);

    assert_null(wire_find(&r.map, "absent"));
    assert_null(wire_find(wire_find(&r.map, "u"), "u"));
    assert_int_equal(wire_get_uint(NULL, 1, &number), -ENOENT);
    assert_int_equal(wire_get_bool(NULL, &flag), -ENOENT);
    assert_int_equal(wire_get_str(NULL, text, 4), -ENOENT);
    assert_int_equal(wire_get_uints(NULL, pair, 2), -ENOENT);

    o = wire_find(&r.map, "u");
    assert_int_equal(wire_get_bool(o, &flag), -EBADMSG);
    assert_int_equal(wire_get_str(o, text, 4), -EBADMSG);
    assert_int_equal(wire_get_uints(o, pair, 2), -EBADMSG);
    assert_int_equal(wire_get_uint(o, 299, &number), -EBADMSG);
    assert_int_equal(wire_get_uint(wire_find(&r.map, "b"), 9, &number),
                     -EBADMSG);
    assert_int_equal(wire_get_str(wire_find(&r.map, "s"), text, 3), -EBADMSG);
    assert_int_equal(wire_get_uints(wire_find(&r.map, "l"), pair, 1), -EBADMSG);
    assert_true(number == 7 && flag && pair[0] == 7);
    assert_string_equal(text, "abc");

    assert_int_equal(wire_get_uint(o, 300, &number), 0);
    assert_int_equal(wire_get_bool(wire_find(&r.map, "b"), &flag), 0);
    assert_int_equal(wire_get_str(wire_find(&r.map, "s"), text, 4), 0);
    assert_int_equal(wire_get_uints(wire_find(&r.map, "l"), pair, 2), 0);
    assert_true(number == 300 && !flag && pair[0] == 1 && pair[1] == 2);
    assert_string_equal(text, "xyz");
    wire_reader_clear(&r);
}

static void
writer_never_passes_cap(void **unused)
{
    unsigned char buf[16];

    (void)unused;
    for (size_t cap = 0; cap < 8; cap++) {
        struct wire_writer w;

        memset(buf, 0x5a, sizeof buf);
        wire_writer_init(&w, buf, cap);
        wire_put_map(&w, 1);
        wire_put_key(&w, "key");
        wire_put_uint(&w, 1000);
        assert_int_equal(wire_writer_end(&w), -ENOBUFS);
        for (size_t i = cap; i < sizeof buf; i++)
            assert_int_equal(buf[i], 0x5a);
    }
}

/* Once something did not fit, a smaller thing may not slip in behind it. */
static void
overflow_stays(void **unused)
{
    struct wire_writer w;
    unsigned char buf[4];

    (void)unused;
    wire_writer_init(&w, buf, sizeof buf);
    wire_put_str(&w, "long text");
    wire_put_uint(&w, 1);
    assert_int_equal(wire_writer_end(&w), -ENOBUFS);
}

static void
numbers_beyond_the_profile_are_written_as_its_largest(void **unused)
{
    struct wire_writer w;
    unsigned char buf[16];

    (void)unused;
    wire_writer_init(&w, buf, sizeof buf);
    wire_put_uint(&w, UINT64_MAX);
    assert_int_equal(wire_writer_end(&w), 9);
    assert_memory_equal(buf, "\xcf\x00\x1f\xff\xff\xff\xff\xff\xff", 9);
}

static void
assert_copy(const char *src, size_t cap, const char *want)
{
    char *dst = malloc(cap + 1);

    assert_non_null(dst);
    memset(dst, 'x', cap + 1);
    wire_text_copy(dst, cap, src);
    assert_string_equal(dst, want);
    assert_int_equal(dst[cap], 'x');
    free(dst);
}

static void
text_that_fits_is_copied_whole(void **unused)
{
    (void)unused;
    assert_copy("", 1, "");
    assert_copy("abc", 4, "abc");
    assert_copy("\xe7\xa9\xba\xe9\x97\xb2", 7, "\xe7\xa9\xba\xe9\x97\xb2");
}

static void
cut_text_ends_in_an_ellipsis_at_a_character(void **unused)
{
    (void)unused;
    assert_copy("abcdefgh", 8, "abcd\xe2\x80\xa6");
    assert_copy("abc", 3, "");
    assert_copy("abcd", 4, "\xe2\x80\xa6");
    /* Two characters of three bytes: the second would leave no room. */
    assert_copy("\xe7\xa9\xba\xe9\x97\xb2z", 7, "\xe7\xa9\xba\xe2\x80\xa6");
    assert_copy("\xe7\xa9\xba\xe9\x97\xb2z", 6, "\xe2\x80\xa6");
    assert_copy("abc", 1, "");
}

static void
bytes_that_are_no_text_are_replaced(void **unused)
{
    (void)unused;
    assert_copy("a\xff"
                "b",
                16,
                "a\xef\xbf\xbd"
                "b");
    assert_copy("a\nb\x7f", 16,
                "a\xef\xbf\xbd"
                "b\xef\xbf\xbd");
    assert_copy("\xc2\x85", 16, "\xef\xbf\xbd");
    assert_copy("\xc2\xa0", 16, "\xc2\xa0");
    assert_copy("\xed\xa0\x80", 16, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_copy("\xe2\x82", 16, "\xef\xbf\xbd\xef\xbf\xbd");
}

static void
any_bytes_become_a_bounded_text(void **unused)
{
    (void)unused;
    for (int i = 0; i < 20000; i++) {
        char src[48], dst[40];
        size_t len = vectors_random() % sizeof src;
        size_t cap = vectors_random() % sizeof dst + 1;

        for (size_t k = 0; k < len; k++)
            src[k] = (char)(vectors_random() % 255 + 1);
        src[len < sizeof src ? len : len - 1] = '\0';
        wire_text_copy(dst, cap, src);
        assert_true(strlen(dst) < cap);
        assert_true(utf8_is_valid((unsigned char *)dst, strlen(dst)));
    }
}

/* Random bytes: the scan must end, and msgpack-c must agree where it says 0. */
static void
what_the_scan_lets_through_msgpack_reads(void **unused)
{
    size_t passed = 0;

    (void)unused;
    for (int i = 0; i < 200000; i++) {
        unsigned char bytes[24];
        size_t len = vectors_random() % sizeof bytes;
        struct wire_reader r;

        for (size_t k = 0; k < len; k++)
            bytes[k] = (unsigned char)vectors_random();
        if (len > 2) {
            bytes[0] = 0x81;
            bytes[1] = 0xa1;
            bytes[2] &= 0x7f;
        }
        if (wire_scan(bytes, len) != 0)
            continue;
        passed++;
        assert_int_equal(wire_reader_init(&r, bytes, len), 0);
        wire_reader_clear(&r);
    }
    assert_true(passed > 100);
}

#define DIGEST(literal) wire_digest(literal, sizeof(literal) - 1, skip)

static void
a_digest_is_of_all_pairs_but_those_to_skip(void **unused)
{
    static const char *const skip[] = {"q", "up", NULL};
    uint64_t sum = DIGEST("\x83\xa1q\x01\xa1v\x02\xa2up\x91\xc0");

    (void)unused;
    assert_true(sum != DIGEST("\x80"));
    assert_true(sum == DIGEST("\x83\xa1q\xcd\x01\x02\xa1v\x02\xa2up\x03"));
    assert_true(sum == DIGEST("\xde\x00\x01\xa1v\x02"));
    assert_true(sum == DIGEST("\xdf\x00\x00\x00\x01\xa1v\x02"));
    assert_true(sum != DIGEST("\x82\xa1q\x01\xa1v\x03"));
    assert_true(sum != DIGEST("\x82\xa1u\x01\xa1v\x02"));
    /* Only the outermost keys are meant. */
    assert_true(DIGEST("\x81\xa1v\x81\xa1q\x01") !=
                DIGEST("\x81\xa1v\x81\xa1q\x02"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_no_message_are_refused_by_the_scan),
        cmocka_unit_test(plain_maps_pass),
        cmocka_unit_test(depth_four_passes_and_five_does_not),
        cmocka_unit_test(counts_beyond_the_bytes_left_are_refused),
        cmocka_unit_test(integers_end_at_53_bits),
        cmocka_unit_test(foreign_types_are_refused),
        cmocka_unit_test(keys_are_texts_and_stand_once),
        cmocka_unit_test(reader_of_a_refused_message_holds_nothing),
        cmocka_unit_test(reads_check_type_and_range),
        cmocka_unit_test(writer_never_passes_cap),
        cmocka_unit_test(overflow_stays),
        cmocka_unit_test(numbers_beyond_the_profile_are_written_as_its_largest),
        cmocka_unit_test(text_that_fits_is_copied_whole),
        cmocka_unit_test(cut_text_ends_in_an_ellipsis_at_a_character),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(any_bytes_become_a_bounded_text),
        cmocka_unit_test(what_the_scan_lets_through_msgpack_reads),
        cmocka_unit_test(a_digest_is_of_all_pairs_but_those_to_skip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
