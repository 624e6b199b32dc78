#include "proto/utf8.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool
is_valid(const char *text)
{
    return utf8_is_valid((const unsigned char *)text, strlen(text));
}

static void
every_length_is_accepted_at_its_edges(void **unused)
{
    (void)unused;
    assert_true(is_valid(""));
    assert_true(is_valid("\x01\x7f"));
    assert_true(is_valid("\xc2\x80\xdf\xbf"));
    assert_true(is_valid("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"));
    assert_true(is_valid("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
}

static void
overlong_surrogate_and_too_big_are_refused(void **unused)
{
    (void)unused;
    assert_false(is_valid("\xc0\x80"));
    assert_false(is_valid("\xc1\xbf"));
    assert_false(is_valid("\xe0\x9f\xbf"));
    assert_false(is_valid("\xf0\x8f\xbf\xbf"));
    assert_false(is_valid("\xed\xa0\x80"));
    assert_false(is_valid("\xed\xbf\xbf"));
    assert_false(is_valid("\xf4\x90\x80\x80"));
    assert_false(is_valid("\xf5\x80\x80\x80"));
    assert_false(is_valid("\xff"));
}

static void
broken_sequences_are_refused(void **unused)
{
    (void)unused;
    assert_false(is_valid("\x80"));
    assert_false(is_valid("a\xbf"));
    assert_false(is_valid("\xe2\x82"));
    assert_false(is_valid("\xe2\x82z"));
    assert_false(is_valid("\xf0\x9f\x98"));
}

static void
length_of_a_character_never_passes_the_end(void **unused)
{
    const unsigned char smile[] = {0xf0, 0x9f, 0x98, 0x80};

    (void)unused;
    for (size_t len = 0; len < sizeof smile; len++)
        assert_int_equal(utf8_char_len(smile, len), 0);
    assert_int_equal(utf8_char_len(smile, sizeof smile), 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_accepted_at_its_edges),
        cmocka_unit_test(overlong_surrogate_and_too_big_are_refused),
        cmocka_unit_test(broken_sequences_are_refused),
        cmocka_unit_test(length_of_a_character_never_passes_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
