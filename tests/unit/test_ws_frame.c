#include "gateway/stream/ws_frame.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* RFC 6455 5.7: "Hello", masked. */
static const unsigned char hello[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d,
                                      0x7f, 0x9f, 0x4d, 0x51, 0x58};

static void
the_example_of_the_rfc_is_read(void **unused)
{
    unsigned char payload[5];
    struct ws_frame f;

    (void)unused;
    assert_int_equal(ws_frame_parse(&f, hello, sizeof hello), 1);
    assert_int_equal(f.opcode, WS_TEXT);
    assert_true(f.is_final);
    assert_int_equal(f.head_len, 6);
    assert_int_equal(f.payload_len, 5);
    memcpy(payload, hello + 6, 5);
    ws_frame_unmask(payload, 2, f.mask, 0);
    ws_frame_unmask(payload + 2, 3, f.mask, 2);
    assert_memory_equal(payload, "Hello", 5);
}

static void
a_cut_head_needs_more(void **unused)
{
    struct ws_frame f;

    (void)unused;
    for (size_t len = 0; len < 6; len++)
        assert_int_equal(ws_frame_parse(&f, hello, len), 0);
}

struct sample {
    int rc;
    size_t len;
    unsigned char bytes[14];
};

static void
heads_that_no_client_may_send_are_refused(void **unused)
{
    static const struct sample samples[] = {
        {-EPROTO, 2, {0x81, 0x00}}, /* no mask */
        {-EPROTO, 2, {0xc1, 0x80}}, /* a reserved bit */
        {-EPROTO, 2, {0x83, 0x80}}, /* opcodes without meaning */
        {-EPROTO, 2, {0x8b, 0x80}},
        {-EPROTO, 2, {0x09, 0x80}},         /* a ping in pieces */
        {-EPROTO, 2, {0x89, 0xfe}},         /* a long ping */
        {-EPROTO, 4, {0x81, 0xfe, 0, 125}}, /* not the shortest form */
        {-EPROTO, 10, {0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff}},
        {-EPROTO, 10, {0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}},
        {-EMSGSIZE, 10, {0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1}},
        {0, 3, {0x81, 0xfe, 0}},
        {0, 9, {0x81, 0xff, 0, 0, 0, 0, 0, 1, 0}},
        {1, 8, {0x81, 0xfe, 0, 126, 1, 2, 3, 4}},
        {1, 14, {0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}},
        {1, 6, {0x8a, 0x80, 1, 2, 3, 4}},
        {1, 6, {0x00, 0x80, 1, 2, 3, 4}},
    };
    struct ws_frame f;

    (void)unused;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        assert_int_equal(ws_frame_parse(&f, samples[i].bytes, samples[i].len),
                         samples[i].rc);
    }
}

static void
heads_take_the_shortest_form(void **unused)
{
    unsigned char head[WS_FRAME_HEAD_MAX];

    (void)unused;
    assert_int_equal(ws_frame_head(head, WS_TEXT, 125), 2);
    assert_memory_equal(head, "\x81\x7d", 2);
    assert_int_equal(ws_frame_head(head, WS_PONG, 0), 2);
    assert_memory_equal(head, "\x8a\x00", 2);
    assert_int_equal(ws_frame_head(head, WS_TEXT, 126), 4);
    assert_memory_equal(head, "\x81\x7e\x00\x7e", 4);
    assert_int_equal(ws_frame_head(head, WS_TEXT, 65535), 4);
    assert_int_equal(ws_frame_head(head, WS_TEXT, 65536), 10);
    assert_memory_equal(head, "\x81\x7f\0\0\0\0\0\1\0\0", 10);
}

static void
codes_are_those_that_may_be_sent(void **unused)
{
    static const unsigned good[] = {1000, 1001, 1002, 1003, 1007, 1008,
                                    1009, 1010, 1011, 3000, 4999};
    static const unsigned bad[] = {0,    999,  1004, 1005, 1006,
                                   1012, 1015, 2999, 5000, 65535};

    (void)unused;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(ws_frame_is_code(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ws_frame_is_code(bad[i]));
}

static void
a_close_says_its_code(void **unused)
{
    struct shared_text *t = ws_frame_new_close(WS_CODE_TOO_BIG);

    (void)unused;
    assert_int_equal(t->len, 4);
    assert_memory_equal(t->text, "\x88\x02\x03\xf1", 4);
    shared_text_drop(t);
    t = ws_frame_new_close(WS_CODE_NO_CODE);
    assert_int_equal(t->len, 2);
    assert_memory_equal(t->text, "\x88\x00", 2);
    shared_text_drop(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_rfc_is_read),
        cmocka_unit_test(a_cut_head_needs_more),
        cmocka_unit_test(heads_that_no_client_may_send_are_refused),
        cmocka_unit_test(heads_take_the_shortest_form),
        cmocka_unit_test(codes_are_those_that_may_be_sent),
        cmocka_unit_test(a_close_says_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
