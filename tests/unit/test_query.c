#include "gateway/http/query.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
the_first_value_of_a_name_is_decoded(void **unused)
{
    static const struct {
        const char *query, *value;
        int rc;
    } rows[] = {
        {"a=1", "1", 1},
        {"b=2&a=1", "1", 1},
        {"a=1&a=2", "1", 1},
        {"a=", "", 0},
        {"a=x+y%20z%2B", "x y z+", 6},
        {"a=%e6%96%87", "文", 3},
        {"a=b=c", "b=c", 3},
        {NULL, "", -ENOENT},
        {"", "", -ENOENT},
        {"aa=1&&=&b", "", -ENOENT},
        {"a", "", -ENOENT},
        {"A=1", "", -ENOENT},
        {"a=%", "", -EINVAL},
        {"a=%4", "", -EINVAL},
        {"a=%4&b=1", "", -EINVAL},
        {"a=%zz", "", -EINVAL},
        {"a=x%00y", "", -EINVAL},
        {"a=0123456789", "", -EINVAL},
    };
    char out[8];

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(query_find(rows[i].query, "a", out, sizeof out),
                         rows[i].rc);
        assert_string_equal(out, rows[i].value);
    }
}

static void
a_name_that_cannot_be_read_is_another_than_none(void **unused)
{
    static const struct {
        const char *query, *value;
        bool found;
    } rows[] = {
        {"a=x%20y", "x y", true},   {"b=2&a=%zz&c=3", "%zz", true},
        {"a=x%00y", "x%00y", true}, {"a=0123456789&b=1", "0123456", true},
        {"a=", "", true},           {"b=1", "", false},
        {NULL, "", false},
    };
    char out[8];

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(query_find_name(rows[i].query, "a", out, sizeof out),
                         rows[i].found);
        assert_string_equal(out, rows[i].value);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_value_of_a_name_is_decoded),
        cmocka_unit_test(a_name_that_cannot_be_read_is_another_than_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
