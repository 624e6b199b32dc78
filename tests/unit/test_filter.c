#include "gateway/stream/filter.h"

#include <errno.h>
#include <stdio.h>
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

/* "engine=a&engine=b...": so many of them, then more. */
static int
parse_many(struct filter *f, int count, const char *more)
{
    char query[512] = "";
    size_t len = 0;

    for (int i = 0; i < count; i++) {
        len += (size_t)snprintf(query + len, sizeof query - len, "engine=%c&",
                                'a' + i);
    }
    (void)snprintf(query + len, sizeof query - len, "%s", more);
    return filter_parse(f, query);
}

static void
there_is_a_limit(void **unused)
{
    struct filter f;

    (void)unused;
    assert_int_equal(parse_many(&f, FILTER_ENGINES_MAX, ""), 0);
    assert_int_equal(f.count, FILTER_ENGINES_MAX);
    assert_int_equal(parse_many(&f, FILTER_ENGINES_MAX, "engine=a"), 0);
    assert_int_equal(parse_many(&f, FILTER_ENGINES_MAX, "engine=z"), -E2BIG);
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
