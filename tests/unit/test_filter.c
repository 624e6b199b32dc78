#include "gateway/stream/filter.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
no_name_means_all(void **unused)
{
    static const char *const queries[] = {
        NULL,      "",        "&&",        "engine",
        "engin=a", "engine=", "xengine=a", "token=engine"};
    struct filter f;

    (void)unused;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        assert_int_equal(filter_parse(&f, queries[i]), 0);
        assert_int_equal(f.count, 0);
    }
}

static void
names_may_be_repeated(void **unused)
{
    struct filter f;

    (void)unused;
    assert_int_equal(
        filter_parse(&f, "x=1&engine=a&engine=n%61s&&engine=a&token=engine"),
        0);
    assert_int_equal(f.count, 2);
    assert_string_equal(f.id[0], "a");
    assert_string_equal(f.id[1], "nas");
}

static void
what_is_no_id_is_refused(void **unused)
{
    static const char *const queries[] = {
        "engine=A",   "engine=a/b",        "engine=%00", "engine=a%0",
        "engine=%zz", "engine=a&engine=-", "engine=a b"};
    char longest[80] = "engine=";
    struct filter f;

    (void)unused;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        assert_int_equal(filter_parse(&f, queries[i]), -EINVAL);
    memset(longest + 7, 'a', 64);
    assert_int_equal(filter_parse(&f, longest), 0);
    memset(longest + 7, 'a', 65);
    assert_int_equal(filter_parse(&f, longest), -EINVAL);
}

static void
there_is_a_limit(void **unused)
{
    char query[FILTER_ENGINES_MAX * 10 + 20] = "";
    struct filter f;

    (void)unused;
    for (int i = 0; i < FILTER_ENGINES_MAX; i++) {
        char one[16] = "&engine=a";

        one[8] = (char)('a' + i);
        strcat(query, one);
    }
    assert_int_equal(filter_parse(&f, query), 0);
    assert_int_equal(f.count, FILTER_ENGINES_MAX);
    strcat(query, "&engine=a");
    assert_int_equal(filter_parse(&f, query), 0);
    strcat(query, "&engine=z");
    assert_int_equal(filter_parse(&f, query), -E2BIG);
}

static void
engines_are_found_when_they_come(void **unused)
{
    struct events_look look = {.id = "b", .json = "{}", .len = 2};
    struct events c;
    struct filter f;

    (void)unused;
    events_init(&c, 1);
    assert_int_equal(filter_parse(&f, "engine=a&engine=b"), 0);
    filter_resolve(&f, &c);
    assert_null(f.row[1]);
    assert_int_equal(events_put(&c, &look), 0);
    filter_resolve(&f, &c);
    assert_null(f.row[0]);
    assert_ptr_equal(f.row[1], events_find(&c, "b"));
    events_clear(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_name_means_all),
        cmocka_unit_test(names_may_be_repeated),
        cmocka_unit_test(what_is_no_id_is_refused),
        cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(engines_are_found_when_they_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
