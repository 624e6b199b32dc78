/* Tests of gateway/siyuan/secret_text.c. */
#include "gateway/siyuan/secret_text.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
expect(const char *typed, const char *clean)
{
    char out[64];

    assert_int_equal(secret_text_clean(out, sizeof out, typed), 0);
    assert_string_equal(out, clean);
}

static void
what_nobody_sees_is_left_out(void **unused)
{
    (void)unused;
    expect("code", "code");
    expect("  co de\t\r\n ", "co de");
    expect("\xe2\x80\x8b\xef\xbb\xbf"
           "co\xe2\x80\x8d"
           "de\xe2\x81\xa0",
           "code");
    expect("\xe2\x80\xaa"
           "code\xe2\x80\xac",
           "code");
    expect("", "");
    expect(" \xe2\x80\x8b ", "");
}

static void
other_characters_stay(void **unused)
{
    (void)unused;
    expect("pa:ss wörd 密码", "pa:ss wörd 密码");
    expect("€ \xe2\x80\x99x", "€ \xe2\x80\x99x"); /* e2 82 ac; e2 80 99 */
    expect("a\xe2", "a\xe2");                     /* cut off: no harm */
    expect("a\xef\xbb", "a\xef\xbb");
}

static void
too_long_is_refused(void **unused)
{
    char out[4];

    (void)unused;
    assert_int_equal(secret_text_clean(out, sizeof out, "abc"), 0);
    assert_int_equal(secret_text_clean(out, sizeof out, "abcd"), -ENOBUFS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_sees_is_left_out),
        cmocka_unit_test(other_characters_stay),
        cmocka_unit_test(too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
