#include "tools/syncbus/units.h"

#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
bytes_have_the_unit_that_fits(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {9600, "9.4 KiB"},
        {(1 << 20) - 1, "1.0 MiB"},
        {5ULL << 40, "5.0 TiB"},
        {UINT64_MAX, "16384.0 PiB"},
    };
    char out[UNITS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        units_bytes(out, cases[i].bytes);
        assert_string_equal(out, cases[i].text);
    }
}

static void
spans_have_two_units_at_most(void **state)
{
    static const struct {
        uint64_t ms;
        const char *text;
    } cases[] = {
        {0, "0 ms"},
        {999, "999 ms"},
        {59999, "59 s"},
        {60000, "1 min 0 s"},
        {3599999, "59 min 59 s"},
        {15000000, "4 h 10 min"},
        {200000000000, "2314 d"},
        {UINT64_MAX, "213503982334 d"},
    };
    char out[UNITS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        units_span(out, cases[i].ms);
        assert_string_equal(out, cases[i].text);
    }
}

static void
distances_look_both_ways(void **state)
{
    const uint64_t now = 1795495875100;
    char out[UNITS_MAX];

    (void)state;
    units_distance(out, 0, now);
    assert_string_equal(out, "never");
    units_distance(out, now - 999, now);
    assert_string_equal(out, "now");
    units_distance(out, now - 3500, now);
    assert_string_equal(out, "3 s ago");
    units_distance(out, now - 185000, now);
    assert_string_equal(out, "3 min ago");
    units_distance(out, now - 47 * 3600000ULL, now);
    assert_string_equal(out, "47 h ago");
    units_distance(out, now - 48 * 3600000ULL, now);
    assert_string_equal(out, "2 d ago");
    units_distance(out, now + 20900, now);
    assert_string_equal(out, "in 20 s");
    units_distance(out, UINT64_MAX, 1);
    assert_string_equal(out, "in 213503982334 d");
}

static void
moments_are_local_and_say_so(void **state)
{
    char out[UNITS_MAX];

    (void)state;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    assert_int_equal(setenv("TZ", "UTC-2", 1), 0);
    tzset();
    units_moment(out, 1795495875100);
    assert_string_equal(out, "2026-11-24T06:51:15+0200");
    units_moment(out, 0);
    assert_string_equal(out, "-");
    units_moment(out, UINT64_MAX);
    assert_string_not_equal(out, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_have_the_unit_that_fits),
        cmocka_unit_test(spans_have_two_units_at_most),
        cmocka_unit_test(distances_look_both_ways),
        cmocka_unit_test(moments_are_local_and_say_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
