/* mpack: every width at its edges, and counts the bytes cannot hold. */
#include "services/sync-engine/repo/mpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int
get_int(const char *bytes, size_t len, int64_t *out)
{
    struct mpack in;
    int rc;

    mpack_init(&in, bytes, len);
    rc = mpack_get_int(&in, out);
    if (rc == 0)
        assert_int_equal(mpack_left(&in), 0);
    return rc;
}

static void
integers_of_every_width_are_read(void **state)
{
    static const struct {
        char bytes[10];
        size_t len;
        int64_t want;
    } good[] = {
        {"\x00", 1, 0},
        {"\x7f", 1, 127},
        {"\xe0", 1, -32},
        {"\xff", 1, -1},
        {"\xc0", 1, 0},
        {"\xcc\xff", 2, 255},
        {"\xcd\xff\xff", 3, 65535},
        {"\xce\xff\xff\xff\xff", 5, 4294967295},
        {"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 9, INT64_MAX},
        {"\xd0\x80", 2, -128},
        {"\xd1\x80\x00", 3, -32768},
        {"\xd2\x80\x00\x00\x00", 5, -2147483648LL},
        {"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", 9, INT64_MIN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t value = 42;

        for (size_t n = 0; n < good[i].len; n++)
            assert_int_equal(get_int(good[i].bytes, n, &value), -EBADMSG);
        assert_int_equal(value, 42);
        assert_int_equal(get_int(good[i].bytes, good[i].len, &value), 0);
        assert_true(value == good[i].want);
    }
}

static void
what_is_no_integer_is_refused(void **state)
{
    int64_t value = 42;

    (void)state;
    assert_int_equal(get_int("\xcf\x80\x00\x00\x00\x00\x00\x00\x00", 9, &value),
                     -EBADMSG);
    assert_int_equal(get_int("\xcb\x00\x00\x00\x00\x00\x00\x00\x00", 9, &value),
                     -EBADMSG);
    assert_int_equal(get_int("\xa0", 1, &value), -EBADMSG);
    assert_int_equal(get_int("\xc2", 1, &value), -EBADMSG);
    assert_int_equal(value, 42);
}

static void
text_and_lists_use_the_shortest_head(void **state)
{
    static const struct {
        size_t len;
        size_t head;
        unsigned char first;
    } heads[] = {{0, 1, 0xa0},   {31, 1, 0xbf},  {32, 2, 0xd9},
                 {255, 2, 0xd9}, {256, 3, 0xda}, {65535, 3, 0xda}};
    char *text = calloc(1, 65536);
    struct buffer out = {0};

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct mpack_text back;
        struct mpack in;

        out.len = 0;
        assert_int_equal(mpack_put_text(&out, text, heads[i].len), 0);
        assert_int_equal(out.len, heads[i].head + heads[i].len);
        assert_int_equal(out.data[0], heads[i].first);
        mpack_init(&in, out.data, out.len);
        assert_int_equal(mpack_get_text(&in, &back), 0);
        assert_int_equal(back.len, heads[i].len);
        assert_int_equal(mpack_left(&in), 0);
    }
    assert_int_equal(mpack_put_text(&out, text, 65536), -EOVERFLOW);
    out.len = 0;
    assert_int_equal(mpack_put_list(&out, 15), 0);
    assert_int_equal(mpack_put_list(&out, 16), 0);
    assert_int_equal(mpack_put_list(&out, 65536), 0);
    assert_int_equal(out.len, 1 + 3 + 5);
    assert_memory_equal(out.data, "\x9f\xdc\x00\x10\xdd\x00\x01\x00\x00", 9);
    assert_int_equal(mpack_put_map(&out, 16), -EOVERFLOW);
    buffer_clear(&out);
    free(text);
}

static void
counts_the_bytes_cannot_hold_are_refused(void **state)
{
    static const char *const bad[] = {
        "\xdf\x00\x00\x00\x02xxx",
        "\xdd\x00\x00\x00\x04xxx",
        "\xdb\x00\x00\x00\x04xxx",
        "\x84xxxxxxx",
        "\x95xxxx",
        "\xa5xxxx",
    };
    static const size_t lens[] = {8, 8, 8, 8, 5, 5};

    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        struct mpack_text text;
        struct mpack in;
        size_t count;
        int rc;

        mpack_init(&in, bad[i], lens[i]);
        if (i % 3 == 0) {
            rc = mpack_get_map(&in, &count);
        } else if (i % 3 == 1) {
            rc = mpack_get_list(&in, &count);
        } else {
            rc = mpack_get_text(&in, &text);
        }
        assert_int_equal(rc, -EBADMSG);
    }
}

static void
every_kind_of_value_is_passed_over(void **state)
{
    static const char value[] =
        "\x9f\xc0\xc2\xc3\xc4\x01x\xc7\x01\x05x\xca....\xcb........\xd4.x"
        "\xd8.0123456789abcdef\xd9\x01x\x81\xa1k\x92\x01\x02\xdc\x00\x01\xe0"
        "\xde\x00\x00\x90\x80";
    struct mpack in;

    (void)state;
    for (size_t n = 0; n < sizeof value - 1; n++) {
        mpack_init(&in, value, n);
        assert_int_equal(mpack_skip(&in), -EBADMSG);
    }
    mpack_init(&in, value, sizeof value - 1);
    assert_int_equal(mpack_skip(&in), 0);
    assert_int_equal(mpack_left(&in), 0);
    mpack_init(&in, "\xc1", 1);
    assert_int_equal(mpack_skip(&in), -EBADMSG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_every_width_are_read),
        cmocka_unit_test(what_is_no_integer_is_refused),
        cmocka_unit_test(text_and_lists_use_the_shortest_head),
        cmocka_unit_test(counts_the_bytes_cannot_hold_are_refused),
        cmocka_unit_test(every_kind_of_value_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
