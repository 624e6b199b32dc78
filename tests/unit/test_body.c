#include "gateway/http/body.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
an_engine_is_found_in_the_first_object(void **unused)
{
    static const struct {
        const char *body, *engine;
        int rc;
    } rows[] = {
        {"{\"engine\":\"a\"}", "a", 0},
        {" {\"x\":[1,{}],\"engine\":\"a\"} junk", "a", 0},
        {"{\"engine\":\"\"}", "", 0},
        {"{\"\\u0065ngine\":\"a\"}", "a", 0},
        {"{\"engine\":\"a-name-that-is-too-long\"}", "a-name-tha", 0},
        {"", "-", BODY_NO_ENGINE},
        {"{}", "-", BODY_NO_ENGINE},
        {"null", "-", BODY_NO_ENGINE},
        {"[\"engine\"]", "-", BODY_NO_ENGINE},
        {"\"engine\"", "-", BODY_NO_ENGINE},
        {"{\"engine\":null}", "-", BODY_NO_ENGINE},
        {"{\"engine\":\"a\"", "-", BODY_NO_ENGINE},
        {"{\"engine\":\"\xff\"}", "-", BODY_NO_ENGINE},
        {"{\"x\":{\"engine\":\"a\"}}", "-", BODY_NO_ENGINE},
        {"{\"engine\":7}", "-", BODY_WRONG_TYPE},
        {"{\"engine\":[\"a\"]}", "-", BODY_WRONG_TYPE},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[11] = "-";

        assert_int_equal(
            body_engine(out, sizeof out, rows[i].body, strlen(rows[i].body)),
            rows[i].rc);
        assert_string_equal(out, rows[i].engine);
    }
}

static void
deep_bodies_never_reach_the_parser(void **unused)
{
    static char deep[60000];
    char out[8] = "-";

    (void)unused;
    memset(deep, '[', sizeof deep);
    assert_false(body_is_shallow(deep, sizeof deep));
    assert_true(body_is_shallow(deep, BODY_DEPTH_MAX));
    assert_false(body_is_shallow(deep, BODY_DEPTH_MAX + 1));
    assert_int_equal(body_engine(out, sizeof out, deep, sizeof deep),
                     BODY_NO_ENGINE);
}

static void
brackets_in_strings_are_no_depth(void **unused)
{
    static const char text[] = "{\"[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\":\"{{{{\"}";
    static const char after[] = "{\"\\\\\":[[[[[[[[[[[[[[[[[[[[[";

    (void)unused;
    assert_true(body_is_shallow(text, sizeof text - 1));
    assert_false(body_is_shallow(after, sizeof after - 1));
    assert_true(body_is_shallow("\"\\", 2)); /* ends in an escape */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_is_found_in_the_first_object),
        cmocka_unit_test(deep_bodies_never_reach_the_parser),
        cmocka_unit_test(brackets_in_strings_are_no_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
