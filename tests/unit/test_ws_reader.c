#include "gateway/stream/ws_reader.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FINAL 0x80

/* A short masked frame to out; its length. */
static size_t
frame(unsigned char *out, unsigned first, const char *payload, size_t len)
{
    static const unsigned char mask[4] = {9, 8, 7, 6};

    assert_true(len < 126);
    out[0] = (unsigned char)first;
    out[1] = (unsigned char)(0x80 | len);
    memcpy(out + 2, mask, 4);
    memcpy(out + 6, payload, len);
    ws_frame_unmask(out + 6, len, mask, 0);
    return 6 + len;
}

static void
put(struct ws_reader *r, unsigned first, const char *payload)
{
    unsigned char bytes[256];
    size_t len = frame(bytes, first, payload, strlen(payload));

    assert_int_equal(ws_reader_put(r, bytes, len), 0);
}

static void
expect(struct ws_reader *r, enum ws_event_kind kind, const char *payload)
{
    struct ws_event e;

    assert_int_equal(ws_reader_take(r, &e), 1);
    assert_int_equal(e.kind, kind);
    assert_int_equal(e.len, strlen(payload));
    if (e.len > 0)
        assert_memory_equal(e.payload, payload, e.len);
}

static void
expect_nothing(struct ws_reader *r)
{
    struct ws_event e;

    assert_int_equal(ws_reader_take(r, &e), 0);
}

static void
expect_broken(struct ws_reader *r, enum ws_code code)
{
    struct ws_event e;

    assert_int_equal(ws_reader_take(r, &e), 1);
    assert_int_equal(e.kind, WS_EVENT_BROKEN);
    assert_int_equal(e.code, code);
    ws_reader_clear(r);
}

static void
several_frames_in_one_go(void **unused)
{
    struct ws_reader r = {0};

    (void)unused;
    expect_nothing(&r);
    put(&r, FINAL | WS_TEXT, "one");
    put(&r, FINAL | WS_PING, "two");
    put(&r, FINAL | WS_TEXT, "");
    put(&r, FINAL | WS_PONG, "");
    expect(&r, WS_EVENT_TEXT, "one");
    expect(&r, WS_EVENT_PING, "two");
    expect(&r, WS_EVENT_TEXT, "");
    expect(&r, WS_EVENT_PONG, "");
    expect_nothing(&r);
    ws_reader_clear(&r);
}

static void
any_cut_comes_to_the_same(void **unused)
{
    unsigned char bytes[64];
    size_t len = frame(bytes, WS_TEXT, "half ", 5);

    (void)unused;
    len += frame(bytes + len, FINAL | WS_PING, "in between", 10);
    len += frame(bytes + len, FINAL | WS_CONTINUATION, "whole", 5);
    for (size_t cut = 0; cut <= len; cut++) {
        struct ws_reader r = {0};
        struct ws_event e;
        char said[64] = "";

        for (int half = 0; half < 2; half++) {
            size_t from = half == 0 ? 0 : cut, to = half == 0 ? cut : len;

            assert_int_equal(ws_reader_put(&r, bytes + from, to - from), 0);
            while (ws_reader_take(&r, &e) == 1)
                strncat(said, e.payload, e.len);
        }
        assert_string_equal(said, "in betweenhalf whole");
        ws_reader_clear(&r);
    }
}

static void
memory_is_held_for_what_is_half_read_only(void **unused)
{
    struct ws_reader r = {0};

    (void)unused;
    put(&r, WS_TEXT, "half ");
    expect_nothing(&r);
    put(&r, FINAL | WS_CONTINUATION, "whole");
    expect(&r, WS_EVENT_TEXT, "half whole");
    assert_int_equal(ws_reader_put(&r, "", 0), 0);
    assert_null(r.text);
    assert_int_equal(r.text_cap, 0);
    ws_reader_clear(&r);
}

static void
pieces_must_follow_a_beginning(void **unused)
{
    struct ws_reader r = {0};

    (void)unused;
    put(&r, FINAL | WS_CONTINUATION, "x");
    expect_broken(&r, WS_CODE_PROTOCOL);
    put(&r, WS_TEXT, "x");
    put(&r, FINAL | WS_TEXT, "y");
    expect_broken(&r, WS_CODE_PROTOCOL);
    put(&r, FINAL | WS_BINARY, "x");
    expect_broken(&r, WS_CODE_UNSUPPORTED);
}

static void
texts_are_utf8_as_a_whole(void **unused)
{
    struct ws_reader r = {0};

    (void)unused;
    put(&r, WS_TEXT, "\xe6");
    put(&r, FINAL | WS_CONTINUATION, "\x96\x87");
    expect(&r, WS_EVENT_TEXT, "\xe6\x96\x87");
    put(&r, FINAL | WS_TEXT, "\xe6");
    expect_broken(&r, WS_CODE_BAD_TEXT);
    put(&r, WS_TEXT, "\xe6");
    put(&r, FINAL | WS_CONTINUATION, "x");
    expect_broken(&r, WS_CODE_BAD_TEXT);
}

static void
the_sum_of_pieces_is_bounded(void **unused)
{
    char piece[126];
    struct ws_reader r = {0};
    struct ws_event e;
    size_t sum = sizeof piece - 1;
    int rc = 0;

    (void)unused;
    memset(piece, 'x', sizeof piece - 1);
    piece[sizeof piece - 1] = '\0';
    put(&r, WS_TEXT, piece);
    while (rc == 0 && sum < (size_t)2 * WS_FRAME_PAYLOAD_MAX) {
        put(&r, WS_CONTINUATION, piece);
        sum += sizeof piece - 1;
        rc = ws_reader_take(&r, &e);
    }
    assert_int_equal(rc, 1);
    assert_int_equal(e.kind, WS_EVENT_BROKEN);
    assert_int_equal(e.code, WS_CODE_TOO_BIG);
    assert_true(sum > WS_FRAME_PAYLOAD_MAX);
    assert_true(sum <= WS_FRAME_PAYLOAD_MAX + 2 * sizeof piece);
    ws_reader_clear(&r);
}

static void
a_close_brings_its_code(void **unused)
{
    struct ws_reader r = {0};
    struct ws_event e;

    (void)unused;
    put(&r, FINAL | WS_CLOSE, "\x03\xe8why");
    assert_int_equal(ws_reader_take(&r, &e), 1);
    assert_int_equal(e.kind, WS_EVENT_CLOSE);
    assert_int_equal(e.code, 1000);
    put(&r, FINAL | WS_CLOSE, "");
    assert_int_equal(ws_reader_take(&r, &e), 1);
    assert_int_equal(e.kind, WS_EVENT_CLOSE);
    assert_int_equal(e.code, WS_CODE_NO_CODE);
    put(&r, FINAL | WS_CLOSE, "\x03");
    expect_broken(&r, WS_CODE_PROTOCOL);
    put(&r, FINAL | WS_CLOSE, "\x03\xed");
    expect_broken(&r, WS_CODE_PROTOCOL);
    put(&r, FINAL | WS_CLOSE, "\x03\xe8\xff");
    expect_broken(&r, WS_CODE_BAD_TEXT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_frames_in_one_go),
        cmocka_unit_test(any_cut_comes_to_the_same),
        cmocka_unit_test(memory_is_held_for_what_is_half_read_only),
        cmocka_unit_test(pieces_must_follow_a_beginning),
        cmocka_unit_test(texts_are_utf8_as_a_whole),
        cmocka_unit_test(the_sum_of_pieces_is_bounded),
        cmocka_unit_test(a_close_brings_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
