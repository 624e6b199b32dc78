#include "gateway/http/percent.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
what_is_not_well_formed_is_refused_and_leaves_nothing(void **unused)
{
    static const struct {
        const char *text, *value;
        int rc;
    } rows[] = {
        {"", "", 0},
        {"abc", "abc", 3},
        {"a%2Fb", "a/b", 3},
        {"%2e%2E", "..", 2},
        {"%e6%96%87", "文", 3},
        {"1234567", "1234567", 7},
        {"12345678", "", -EINVAL},
        {"%", "", -EINVAL},
        {"%4", "", -EINVAL},
        {"%zz", "", -EINVAL},
        {"%0", "", -EINVAL},
        {"x%00y", "", -EINVAL},
        {"%+1", "", -EINVAL},
        {"%%41", "", -EINVAL},
        {"a%", "", -EINVAL},
    };
    char out[8];

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(out, 'x', sizeof out);
        assert_int_equal(percent_decode(out, sizeof out, rows[i].text,
                                        strlen(rows[i].text), PERCENT_PATH),
                         rows[i].rc);
        assert_string_equal(out, rows[i].value);
    }
}

static void
a_plus_is_a_space_in_queries_only(void **unused)
{
    char out[8];

    (void)unused;
    assert_int_equal(percent_decode(out, sizeof out, "a+b", 3, PERCENT_QUERY),
                     3);
    assert_string_equal(out, "a b");
    assert_int_equal(percent_decode(out, sizeof out, "a+b", 3, PERCENT_PATH),
                     3);
    assert_string_equal(out, "a+b");
}

static void
it_looks_at_its_own_bytes_only(void **unused)
{
    char out[8];

    (void)unused;
    assert_int_equal(percent_decode(out, sizeof out, "ab%41", 2, PERCENT_PATH),
                     2);
    assert_int_equal(percent_decode(out, sizeof out, "ab%41", 4, PERCENT_PATH),
                     -EINVAL);
    assert_int_equal(percent_decode(out, sizeof out, "a\0b", 3, PERCENT_PATH),
                     -EINVAL);
}

static void
what_is_encoded_is_one_value_of_a_query(void **unused)
{
    char out[32];

    (void)unused;
    assert_int_equal(percent_encode(out, sizeof out, "/a b&c=\xc3\xa9~.-_9"),
                     26);
    assert_string_equal(out, "%2Fa%20b%26c%3D%C3%A9~.-_9");
    assert_int_equal(percent_encode(out, sizeof out, ""), 0);
    assert_string_equal(out, "");
}

static void
what_does_not_fit_is_nothing(void **unused)
{
    char out[8] = "before";

    (void)unused;
    assert_int_equal(percent_encode(out, sizeof out, "//"), 6);
    assert_int_equal(percent_encode(out, sizeof out, "///"), -ENOBUFS);
    assert_string_equal(out, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_well_formed_is_refused_and_leaves_nothing),
        cmocka_unit_test(a_plus_is_a_space_in_queries_only),
        cmocka_unit_test(it_looks_at_its_own_bytes_only),
        cmocka_unit_test(what_is_encoded_is_one_value_of_a_query),
        cmocka_unit_test(what_does_not_fit_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
