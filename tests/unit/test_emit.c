/* emit: text as Go's encoding/json writes it (section 3.2). */
#include "services/sync-engine/repo/emit.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
assert_text(const char *text, const char *want)
{
    struct buffer out = {0};

    assert_int_equal(emit_text(&out, text), 0);
    assert_int_equal(out.len, strlen(want));
    assert_memory_equal(out.data, want, out.len);
    buffer_clear(&out);
}

static void
text_is_escaped_as_go_does(void **state)
{
    (void)state;
    assert_text(NULL, "\"\"");
    assert_text("", "\"\"");
    assert_text("a/b 图", "\"a/b 图\"");
    assert_text("<a>&", "\"\\u003ca\\u003e\\u0026\"");
    assert_text("\"q\\", "\"\\\"q\\\\\"");
    assert_text("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    assert_text("\x01x\x1f\x7f", "\"\\u0001x\\u001f\x7f\"");
    assert_text("\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xaa",
                "\"\\u2028|\\u2029|\xe2\x80\xaa\"");
}

static void
what_is_not_utf8_is_replaced_byte_by_byte(void **state)
{
    (void)state;
    assert_text("a\xff\xe4\xb8", "\"a\\ufffd\\ufffd\\ufffd\"");
    assert_text("\xc0\xaf", "\"\\ufffd\\ufffd\"");
}

static void
numbers_are_plain_decimals(void **state)
{
    struct buffer out = {0};

    (void)state;
    assert_int_equal(emit_int(&out, INT64_MIN), 0);
    assert_int_equal(emit_int(&out, INT64_MAX), 0);
    assert_int_equal(out.len, 39);
    assert_memory_equal(out.data, "-92233720368547758089223372036854775807",
                        39);
    buffer_clear(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_as_go_does),
        cmocka_unit_test(what_is_not_utf8_is_replaced_byte_by_byte),
        cmocka_unit_test(numbers_are_plain_decimals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
