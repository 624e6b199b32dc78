#include "tools/syncbus/text.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CAP 256

static void
expect_safe(const char *src, const char *expected)
{
    char out[CAP];

    text_safe(out, sizeof out, src);
    assert_string_equal(out, expected);
}

static void
printable_text_stays_as_it_is(void **state)
{
    (void)state;
    expect_safe("/notes/a b.sy", "/notes/a b.sy");
    expect_safe("资料/é/🙂", "资料/é/🙂");
    expect_safe("back\\slash", "back\\slash");
    expect_safe("👩\u200d🔬", "👩\u200d🔬"); /* joined */
    expect_safe("", "");
}

static void
nothing_commands_the_terminal(void **state)
{
    (void)state;
    expect_safe("\x1b]0;x\x07", "\\x1b]0;x\\x07");
    expect_safe("a\r\n\tb\x7f", "a\\r\\n\\tb\\x7f");
    expect_safe("\xc2\x9b"
                "31m",
                "\\x9b31m");
    expect_safe("\u202egpj.exe\u202c", "\\u202egpj.exe\\u202c");
    expect_safe("a\u2028b\u200bc\ufeff", "a\\u2028b\\u200bc\\ufeff");
    expect_safe("\xff\xc0\xaf", "\\xff\\xc0\\xaf");
    expect_safe("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* a surrogate */
    expect_safe("cut \xe8\xb5", "cut \\xe8\\xb5");
}

static void
what_does_not_fit_ends_at_a_character(void **state)
{
    char out[8];

    (void)state;
    text_safe(out, sizeof out, "资料资料");
    assert_string_equal(out, "资料");
    text_safe(out, 1, "x");
    assert_string_equal(out, "");
    text_safe(out, 6, "ab\x1b");
    assert_string_equal(out, "ab"); /* no half of an escape */
}

static void
columns_are_those_of_the_terminal(void **state)
{
    (void)state;
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("资料"), 4);
    assert_int_equal(text_width("e\u0301"), 1);
    assert_int_equal(text_width(""), 0);
}

static void
a_cut_fits_and_shows_that_it_is_one(void **state)
{
    char out[CAP];

    (void)state;
    assert_int_equal(text_cut_end(out, CAP, "abcdef", 6), 6);
    assert_string_equal(out, "abcdef");
    assert_int_equal(text_cut_end(out, CAP, "abcdef", 4), 4);
    assert_string_equal(out, "abc" TEXT_ELLIPSIS);
    assert_int_equal(text_cut_start(out, CAP, "abcdef", 4), 4);
    assert_string_equal(out, TEXT_ELLIPSIS "def");
    assert_int_equal(text_cut_end(out, CAP, "abc", 1), 1);
    assert_string_equal(out, TEXT_ELLIPSIS);
    assert_int_equal(text_cut_end(out, CAP, "abc", 0), 0);
    assert_string_equal(out, "");
    assert_int_equal(text_cut_start(out, CAP, "abc", 0), 0);
    assert_string_equal(out, "");
}

static void
a_cut_never_splits_a_wide_character(void **state)
{
    char out[CAP];
    const char *text = "资料资料e\u0301x";

    (void)state;
    for (size_t columns = 0; columns < 14; columns++) {
        size_t taken = text_cut_end(out, CAP, text, columns);

        assert_true(taken <= columns);
        assert_int_equal(taken, text_width(out));
        taken = text_cut_start(out, CAP, text, columns);
        assert_true(taken <= columns);
        assert_int_equal(taken, text_width(out));
    }
    assert_int_equal(text_cut_start(out, CAP, "abe\u0301x", 2), 2);
    assert_string_equal(out, TEXT_ELLIPSIS "x"); /* no accent on the dots */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printable_text_stays_as_it_is),
        cmocka_unit_test(nothing_commands_the_terminal),
        cmocka_unit_test(what_does_not_fit_ends_at_a_character),
        cmocka_unit_test(columns_are_those_of_the_terminal),
        cmocka_unit_test(a_cut_fits_and_shows_that_it_is_one),
        cmocka_unit_test(a_cut_never_splits_a_wide_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
