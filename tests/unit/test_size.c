#include "tools/sample/size.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

static void
units_are_powers_of_1024(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"1536", 1536},
                {"3K", 3072},
                {"64M", UINT64_C(64) << 20},
                {"1024G", SIZE_BYTES_MAX}};
    uint64_t out;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(size_parse(&out, good[i].text), 0);
        assert_int_equal(out, good[i].bytes);
    }
}

static void
anything_else_is_refused_and_leaves_output_alone(void **state)
{
    static const char *const bad[] = {
        "",   "K",   "-1",    "1.5G",          "1k",
        "1T", "1MB", "1025G", "1099511627777", "99999999999999999999"};
    uint64_t out = 42;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(size_parse(&out, bad[i]), -EINVAL);
        assert_int_equal(out, 42);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_powers_of_1024),
        cmocka_unit_test(anything_else_is_refused_and_leaves_output_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
