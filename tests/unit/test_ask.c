#include "gateway/v1/ask.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ALL (ASK_DIRECTION | ASK_WAIT | ASK_RUN)

static int
parse(struct ask *out, char why[ASK_WHY_MAX], unsigned members,
      const char *body)
{
    return ask_parse(out, why, members, body, strlen(body));
}

static void
nothing_asks_for_the_usual(void **unused)
{
    static const char *const bodies[] = {"", " \r\n\t", "{}", " { } \n"};

    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct ask a = {.wait = true, .has_run = true};
        char why[ASK_WHY_MAX];

        assert_int_equal(parse(&a, why, ALL, bodies[i]), 0);
        assert_int_equal(a.direction, COMMAND_BOTH);
        assert_false(a.wait || a.has_run);
    }
}

static void
every_member_is_read(void **unused)
{
    char why[ASK_WHY_MAX];
    struct ask a;

    (void)unused;
    assert_int_equal(
        parse(&a, why, ALL,
              "{\"wait\":true,\"run\":17,\"direction\":\"download\"}"),
        0);
    assert_int_equal(a.direction, COMMAND_DOWNLOAD);
    assert_true(a.wait && a.has_run && a.run == 17);
}

static void
a_whole_number_is_one_however_it_is_written(void **unused)
{
    static const char *const bodies[] = {"{\"run\":300}", "{\"run\":300.0}",
                                         "{\"run\":3e2}"};

    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char why[ASK_WHY_MAX];
        struct ask a;

        assert_int_equal(parse(&a, why, ALL, bodies[i]), 0);
        assert_int_equal(a.run, 300);
    }
}

static void
what_is_wrong_is_named_and_nothing_is_taken(void **unused)
{
    static const struct {
        unsigned members;
        const char *body, *why;
    } rows[] = {
        {ALL, "[]", "object"},
        {ALL, "null", "object"},
        {ALL, "1", "object"},
        {ALL, "\"{}\"", "object"},
        {ALL, "{", "not JSON"},
        {ALL, "{} x", "not JSON"},
        {ALL, "direction=upload", "not JSON"},
        {ALL, "{\"run\":1,\"run\":2}", "not JSON"},
        {ALL, "{\"wait\":\"\xff\"}", "not JSON"},
        {ALL, "{\"direction\":\"up\"}", "\"direction\" must"},
        {ALL, "{\"direction\":null}", "\"direction\" must"},
        {ALL, "{\"direction\":[\"upload\"]}", "\"direction\" must"},
        {ALL, "{\"wait\":1}", "\"wait\" must"},
        {ALL, "{\"wait\":\"true\"}", "\"wait\" must"},
        {ALL, "{\"run\":0}", "\"run\" must"},
        {ALL, "{\"run\":-1}", "\"run\" must"},
        {ALL, "{\"run\":1.5}", "\"run\" must"},
        {ALL, "{\"run\":0.0}", "\"run\" must"},
        {ALL, "{\"run\":-1.0}", "\"run\" must"},
        {ALL, "{\"run\":9223372036854775808.0}", "\"run\" must"},
        {ALL, "{\"run\":1e300}", "\"run\" must"},
        {ALL, "{\"run\":\"1\"}", "\"run\" must"},
        {ALL, "{\"run\":99999999999999999999}", "not JSON"},
        {ALL, "{\"dirction\":\"upload\"}", "\"dirction\" is not known"},
        {ALL, "{\"a\\nb\":1}", "\"a b\" is not known"},
        {ALL, "{\"a\":\n\n\"\nx}", "not JSON"},
        {ASK_RUN, "{\"direction\":\"both\"}", "\"direction\" is not known"},
        {0, "{\"run\":1}", "\"run\" is not known"},
        {ALL, "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "deep"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ask a = {.run = 4711};
        char why[ASK_WHY_MAX] = "";

        assert_int_equal(parse(&a, why, rows[i].members, rows[i].body),
                         -EINVAL);
        assert_non_null(strstr(why, rows[i].why));
        assert_null(strchr(why, '\n'));
        assert_int_equal(a.run, 4711);
    }
}

static void
a_number_is_digits_and_nothing_else(void **unused)
{
    static const char *const no[] = {
        "",    "-1",  "+1",  " 1",
        "1 ",  "0x1", "1.0", "9223372036854775808",
        "1e3", "one", "12a", "99999999999999999999999"};
    uint64_t n = 7;

    (void)unused;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_int_equal(ask_number(&n, no[i]), -EINVAL);
    assert_int_equal(n, 7);
    assert_int_equal(ask_number(&n, "0"), 0);
    assert_int_equal(n, 0);
    assert_int_equal(ask_number(&n, "9223372036854775807"), 0);
    assert_true(n == INT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asks_for_the_usual),
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(a_whole_number_is_one_however_it_is_written),
        cmocka_unit_test(what_is_wrong_is_named_and_nothing_is_taken),
        cmocka_unit_test(a_number_is_digits_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
