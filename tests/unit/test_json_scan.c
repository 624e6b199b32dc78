/* Tests of gateway/http/json_scan.c. */
#include "gateway/http/json_scan.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
expect_end(const char *text, int end)
{
    char why[JSON_SCAN_WHY_MAX] = "";
    int got = json_scan(text, strlen(text), why);

    if (got != end)
        fail_msg("%s: %d, not %d (%s)", text, got, end, why);
}

static void
expect_why(const char *text, const char *expected)
{
    char why[JSON_SCAN_WHY_MAX] = "";
    int got = json_scan(text, strlen(text), why);

    if (got != -EINVAL)
        fail_msg("%s: accepted", text);
    assert_string_equal(why, expected);
}

static void
the_first_value_ends_where_it_ends(void **unused)
{
    static const char whole[] =
        "{\"a\":[1,-2.5e+3,true,false,null,\"\\u00e9\\n\"],\"b\":{}}";

    (void)unused;
    expect_end(whole, (int)strlen(whole));
    expect_end("{}", 2);
    expect_end(" \t\r\n{} junk", 6);
    expect_end("[]]", 2);
    expect_end("\"a\\\"b\"x", 6);
    expect_end("12abc", 2);
    expect_end("0123", 1);
    expect_end("null", 4);
    expect_end("{}{", 2);
}

/* Every row of SiYuan's table, and what Go says beyond it. */
static void
what_is_wrong_is_said_in_known_words(void **unused)
{
    static const char empty[] = "the request body is empty or truncated (EOF)";

    (void)unused;
    expect_why("", empty);
    expect_why(" \r\n\t ", empty);
    expect_why("{", "unexpected EOF");
    expect_why("{\"a\":", "unexpected EOF");
    expect_why("{\"a\":1", "unexpected EOF");
    expect_why("tru", "unexpected EOF");
    expect_why("-", "unexpected EOF");
    expect_why("1.", "unexpected EOF");
    expect_why("\"abc", "unexpected EOF");
    expect_why("\"ab\\", "unexpected EOF");
    expect_why("\"\\u12", "unexpected EOF");
    expect_why("abc", "invalid character 'a' looking for beginning of value");
    expect_why("{a:1}", "invalid character 'a' looking for beginning of object"
                        " key string");
    expect_why("{\"a\":1,}", "invalid character '}' looking for beginning of"
                             " object key string");
    expect_why("{\"a\" 1}", "invalid character '1' after object key");
    expect_why("{\"a\":1 \"b\"}",
               "invalid character '\"' after object key:value pair");
    expect_why("[1 2]", "invalid character '2' after array element");
    expect_why("[1,]", "invalid character ']' looking for beginning of value");
    expect_why("nil", "invalid character 'i' in literal null (expecting 'u')");
    expect_why("-x", "invalid character 'x' in numeric literal");
    expect_why("1.x",
               "invalid character 'x' after decimal point in numeric literal");
    expect_why("1ex", "invalid character 'x' in exponent of numeric literal");
    expect_why("\"\\x\"", "invalid character 'x' in string escape code");
    expect_why("\"\\u12g4\"",
               "invalid character 'g' in \\u hexadecimal character escape");
    expect_why("\"a\nb\"", "invalid character '\\n' in string literal");
}

static void
odd_bytes_are_shown_harmlessly(void **unused)
{
    (void)unused;
    expect_why("'a'", "invalid character '\\'' looking for beginning of value");
    expect_why("\\", "invalid character '\\\\' looking for beginning of value");
    expect_why("\x01",
               "invalid character '\\x01' looking for beginning of value");
    expect_why("\x7f",
               "invalid character '\\x7f' looking for beginning of value");
    expect_why("\xef\xbb\xbf{}",
               "invalid character 'ï' looking for beginning of value");
    expect_why("\x80",
               "invalid character '\\u0080' looking for beginning of value");
}

static void
a_nul_is_a_character_like_any_other(void **unused)
{
    char why[JSON_SCAN_WHY_MAX];

    (void)unused;
    assert_int_equal(json_scan("\0{}", 3, why), -EINVAL);
    assert_string_equal(
        why, "invalid character '\\x00' looking for beginning of value");
    assert_int_equal(json_scan("{\0}", 3, why), -EINVAL);
    assert_int_equal(json_scan("\"\0\"", 3, why), -EINVAL);
}

static void
depth_is_bounded(void **unused)
{
    (void)unused;
    expect_end("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", 32);
    expect_why("[[[[[[[[[[[[[[[[[", "exceeded max depth");
}

static void
no_prefix_of_an_object_is_one(void **unused)
{
    static const char text[] =
        "{\"a\":[1,-2.5e+3,true,null,\"\\u00e9\\n\"],\"b\":{\"c\":false}}";
    char why[JSON_SCAN_WHY_MAX];

    (void)unused;
    for (size_t len = 0; len < sizeof text - 1; len++)
        assert_int_equal(json_scan(text, len, why), -EINVAL);
    assert_int_equal(json_scan(text, sizeof text - 1, why), sizeof text - 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_value_ends_where_it_ends),
        cmocka_unit_test(what_is_wrong_is_said_in_known_words),
        cmocka_unit_test(odd_bytes_are_shown_harmlessly),
        cmocka_unit_test(a_nul_is_a_character_like_any_other),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(no_prefix_of_an_object_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
