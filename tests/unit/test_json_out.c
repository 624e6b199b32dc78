#include "gateway/http/json_out.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char text[4096];

static void
finish(const struct json_out *w)
{
    assert_false(w->overflow);
    text[w->len] = '\0';
}

static const char *
string_of(const char *value)
{
    struct json_out w;

    json_out_init(&w, text, sizeof text);
    json_out_string(&w, value);
    finish(&w);
    return text;
}

static void
commas_stand_between_values_only(void **unused)
{
    struct json_out w;

    (void)unused;
    json_out_init(&w, text, sizeof text);
    json_out_open(&w, '{');
    json_out_key_uint(&w, "a", 1);
    json_out_key(&w, "b");
    json_out_open(&w, '[');
    json_out_close(&w, ']');
    json_out_key(&w, "c");
    json_out_open(&w, '[');
    json_out_null(&w);
    json_out_bool(&w, true);
    json_out_open(&w, '{');
    json_out_key_bool(&w, "d", false);
    json_out_close(&w, '}');
    json_out_string(&w, "[");
    json_out_string(&w, ",");
    json_out_raw(&w, "7,8", 3);
    json_out_raw(&w, "", 0);
    json_out_int(&w, -1);
    json_out_close(&w, ']');
    json_out_key_string(&w, "e", ":");
    json_out_key_uint(&w, "f", UINT64_MAX);
    json_out_close(&w, '}');
    finish(&w);
    assert_string_equal(
        text, "{\"a\":1,\"b\":[],\"c\":[null,true,{\"d\":false},\"[\",\",\","
              "7,8,-1],\"e\":\":\",\"f\":18446744073709551615}");
}

static void
strings_are_escaped_as_the_kernel_does(void **unused)
{
    (void)unused;
    assert_string_equal(string_of(""), "\"\"");
    assert_string_equal(string_of("a\"b\\c"), "\"a\\\"b\\\\c\"");
    assert_string_equal(string_of("\n\r\t\x01\x1f"),
                        "\"\\n\\r\\t\\u0001\\u001f\"");
    assert_string_equal(string_of("<br>&"), "\"\\u003cbr\\u003e\\u0026\"");
    assert_string_equal(string_of("\xe2\x80\xa8\xe2\x80\xa9"),
                        "\"\\u2028\\u2029\"");
    assert_string_equal(string_of("文件 é 😀"), "\"文件 é 😀\"");
}

static void
bytes_that_are_not_utf8_become_the_replacement_character(void **unused)
{
    (void)unused;
    assert_string_equal(string_of("a\xff"
                                  "b"),
                        "\"a\\ufffdb\"");
    assert_string_equal(string_of("\xe6\x96"), "\"\\ufffd\\ufffd\"");
    assert_string_equal(string_of("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
}

static void
tenths_have_no_trailing_zero(void **unused)
{
    static const struct {
        uint64_t tenths;
        const char *text;
    } rows[] = {
        {0, "0"}, {1, "0.1"}, {574, "57.4"}, {570, "57"}, {1000, "100"}};

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json_out w;

        json_out_init(&w, text, sizeof text);
        json_out_tenths(&w, rows[i].tenths);
        finish(&w);
        assert_string_equal(text, rows[i].text);
    }
}

static void
nothing_is_written_past_the_end(void **unused)
{
    (void)unused;
    for (size_t cap = 0; cap < 24; cap++) {
        struct json_out w;

        memset(text, '#', sizeof text);
        json_out_init(&w, text, cap);
        json_out_open(&w, '{');
        json_out_key_string(&w, "key", "value<>文");
        json_out_close(&w, '}');
        assert_true(w.overflow);
        assert_true(w.len <= cap);
        assert_int_equal(text[cap], '#');
    }
}

static void
on_the_heap_it_grows_to_any_length(void **unused)
{
    struct json_out w;

    (void)unused;
    assert_int_equal(json_out_init_heap(&w, 1), 0);
    json_out_open(&w, '[');
    for (int i = 0; i < 1000; i++)
        json_out_string(&w, "0123456789");
    json_out_close(&w, ']');
    assert_false(w.overflow);
    assert_int_equal(w.len, 1 + 1000 * 13);
    assert_memory_equal(w.buf, "[\"0123456789\",\"0", 16);
    assert_memory_equal(w.buf + w.len - 3, "9\"]", 3);
    json_out_clear(&w);
    json_out_clear(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_values_only),
        cmocka_unit_test(strings_are_escaped_as_the_kernel_does),
        cmocka_unit_test(
            bytes_that_are_not_utf8_become_the_replacement_character),
        cmocka_unit_test(tenths_have_no_trailing_zero),
        cmocka_unit_test(on_the_heap_it_grows_to_any_length),
        cmocka_unit_test(nothing_is_written_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
