/* Tests of gateway/siyuan/args.c. */
#include "gateway/siyuan/args.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PATH  "/api/sync/performSync"
#define WRONG "Parses request [" PATH "] failed: "

static char msg[ARGS_MSG_MAX];

static json_t *
parse(const char *body)
{
    json_t *args = NULL;

    msg[0] = '\0';
    (void)args_parse(&args, msg, PATH, body, strlen(body));
    return args;
}

static void
expect_refused(const char *body, const char *expected)
{
    assert_null(parse(body));
    assert_string_equal(msg, expected);
}

static void
bodies_are_refused_in_siyuans_words(void **unused)
{
    (void)unused;
    expect_refused("", WRONG "the request body is empty or truncated (EOF)");
    expect_refused("{\"a\":", WRONG "unexpected EOF");
    expect_refused("abc", WRONG "invalid character 'a' looking for beginning"
                                " of value");
    expect_refused("[]", WRONG "json: cannot unmarshal array into Go value of"
                               " type map[string]interface {}");
    expect_refused("1", WRONG "json: cannot unmarshal number into Go value of"
                              " type map[string]interface {}");
    expect_refused("\"x\"", WRONG "json: cannot unmarshal string into Go value"
                                  " of type map[string]interface {}");
    expect_refused("true", WRONG "json: cannot unmarshal bool into Go value of"
                                 " type map[string]interface {}");
}

static void
what_no_reader_takes_is_refused_too(void **unused)
{
    (void)unused;
    assert_null(parse("{\"a\":1e999}"));
    assert_true(strncmp(msg, WRONG, strlen(WRONG)) == 0);
    assert_null(parse("{\"a\":\"\xff\"}"));
    assert_null(parse("{\"a\":\"\\ud800\"}"));
}

static void
objects_null_and_trailing_junk_are_accepted(void **unused)
{
    static const char *const bodies[] = {"{}", "null", "{} junk", " {\"x\":1}",
                                         "{\"cmd\":\"sync\"}"};

    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        json_t *args = parse(bodies[i]);

        assert_true(json_is_object(args));
        json_decref(args);
    }
}

static const struct args_field required[] = {
    {.key = "text",
     .type = ARGS_STRING,
     .is_required = true,
     .is_filled = true},
    {.key = "flag", .type = ARGS_BOOLEAN, .is_required = true},
    {.key = "number", .type = ARGS_NUMBER},
    {.key = "list", .type = ARGS_ARRAY, .is_filled = true},
    {.key = "object", .type = ARGS_OBJECT, .is_filled = true},
};

static void
expect_checked(const char *body, const char *expected)
{
    json_t *args = parse(body);

    assert_non_null(args);
    msg[0] = '\0';
    assert_int_equal(
        args_check(msg, args, required, sizeof required / sizeof *required),
        expected[0] != '\0' ? -EINVAL : 0);
    assert_string_equal(msg, expected);
    json_decref(args);
}

static void
the_first_wrong_field_is_told(void **unused)
{
    (void)unused;
    expect_checked("{}", "Field [text] is required");
    expect_checked("{\"text\":null,\"flag\":1}", "Field [text] is required");
    expect_checked("{\"flag\":1,\"text\":1}",
                   "Field [text] should be of type [String]");
    expect_checked("{\"text\":\" \\t\"}", "Field [text] must not be empty");
    expect_checked("{\"text\":\"a\"}", "Field [flag] is required");
    expect_checked("{\"text\":\"a\",\"flag\":\"true\"}",
                   "Field [flag] should be of type [Boolean]");
    expect_checked("{\"text\":\"a\",\"flag\":true,\"number\":true}",
                   "Field [number] should be of type [Number]");
    expect_checked("{\"text\":\"a\",\"flag\":true,\"list\":{}}",
                   "Field [list] should be of type [Array]");
    expect_checked("{\"text\":\"a\",\"flag\":true,\"list\":[]}",
                   "Field [list] must not be empty");
    expect_checked("{\"text\":\"a\",\"flag\":true,\"object\":[]}",
                   "Field [object] should be of type [Object]");
    expect_checked("{\"text\":\"a\",\"flag\":true,\"object\":{}}",
                   "Field [object] must not be empty");
}

static void
right_fields_and_unknown_ones_pass(void **unused)
{
    (void)unused;
    expect_checked("{\"text\":\"a\",\"flag\":false,\"more\":[1]}", "");
    expect_checked("{\"text\":\"a\",\"flag\":true,\"number\":1.5,\"list\":[0],"
                   "\"object\":{\"a\":1}}",
                   "");
    expect_checked("{\"text\":\"a\",\"flag\":true,\"number\":null}", "");
}

static void
a_boolean_that_is_absent_is_what_it_should_be(void **unused)
{
    json_t *args = parse("{\"yes\":true,\"no\":false,\"nothing\":null}");

    (void)unused;
    assert_true(args_bool(args, "yes", false));
    assert_false(args_bool(args, "no", true));
    assert_true(args_bool(args, "nothing", true));
    assert_false(args_bool(args, "absent", false));
    json_decref(args);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_refused_in_siyuans_words),
        cmocka_unit_test(what_no_reader_takes_is_refused_too),
        cmocka_unit_test(objects_null_and_trailing_junk_are_accepted),
        cmocka_unit_test(the_first_wrong_field_is_told),
        cmocka_unit_test(right_fields_and_unknown_ones_pass),
        cmocka_unit_test(a_boolean_that_is_absent_is_what_it_should_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
