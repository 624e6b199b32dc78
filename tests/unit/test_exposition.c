#include "gateway/metrics/exposition.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct exposition_label none[] = {{NULL, NULL}};
static const struct exposition_label two[] = {
    {"engine", "a"}, {"state", "idle"}, {NULL, NULL}};
static const struct exposition_family runs = {
    "syncbus_runs", EXPOSITION_COUNTER, NULL, "Runs."};
static const struct exposition_family age = {
    "syncbus_age_seconds", EXPOSITION_GAUGE, "seconds", "Age."};
static const struct exposition_family build = {"syncbus_build", EXPOSITION_INFO,
                                               NULL, "Build."};

static struct exposition x;

static void
expect(const char *text)
{
    exposition_end(&x);
    assert_false(x.failed);
    assert_string_equal(x.text, text);
    assert_int_equal(x.len, strlen(text));
    exposition_clear(&x);
}

static void
a_counter_is_announced_as_each_format_wants_it(void **unused)
{
    (void)unused;
    exposition_init(&x, EXPOSITION_TEXT, 0);
    exposition_family(&x, &runs);
    exposition_uint(&x, two, UINT64_MAX);
    expect("# TYPE syncbus_runs_total counter\n"
           "# HELP syncbus_runs_total Runs.\n"
           "syncbus_runs_total{engine=\"a\",state=\"idle\"}"
           " 18446744073709551615\n");
    exposition_init(&x, EXPOSITION_OPENMETRICS, 0);
    exposition_family(&x, &runs);
    exposition_uint(&x, none, 7);
    expect("# TYPE syncbus_runs counter\n"
           "# HELP syncbus_runs Runs.\n"
           "syncbus_runs_total 7\n"
           "# EOF\n");
}

static void
info_is_a_gauge_where_there_is_no_such_type(void **unused)
{
    (void)unused;
    exposition_init(&x, EXPOSITION_TEXT, 0);
    exposition_family(&x, &build);
    exposition_uint(&x, none, 1);
    expect("# TYPE syncbus_build_info gauge\n"
           "# HELP syncbus_build_info Build.\n"
           "syncbus_build_info 1\n");
    exposition_init(&x, EXPOSITION_OPENMETRICS, 0);
    exposition_family(&x, &build);
    exposition_uint(&x, none, 1);
    expect("# TYPE syncbus_build info\n"
           "# HELP syncbus_build Build.\n"
           "syncbus_build_info 1\n"
           "# EOF\n");
}

static void
a_unit_is_told_where_the_format_knows_it(void **unused)
{
    (void)unused;
    exposition_init(&x, EXPOSITION_OPENMETRICS, 0);
    exposition_family(&x, &age);
    expect("# TYPE syncbus_age_seconds gauge\n"
           "# UNIT syncbus_age_seconds seconds\n"
           "# HELP syncbus_age_seconds Age.\n"
           "# EOF\n");
    exposition_init(&x, EXPOSITION_TEXT, 0);
    exposition_family(&x, &age);
    expect("# TYPE syncbus_age_seconds gauge\n"
           "# HELP syncbus_age_seconds Age.\n");
}

static void
thousandths_lose_their_zeros(void **unused)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {{0, "0"},      {1, "0.001"},
                 {10, "0.01"},  {574, "0.574"},
                 {1000, "1"},   {1830, "1.83"},
                 {20000, "20"}, {1795495875100, "1795495875.1"}};

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *value;

        exposition_init(&x, EXPOSITION_TEXT, 0);
        exposition_family(&x, &age);
        exposition_milli(&x, none, cases[i].value);
        x.text[x.len - 1] = '\0';
        value = strrchr(x.text, ' ') + 1;
        assert_string_equal(value, cases[i].text);
        exposition_clear(&x);
    }
}

static void
labels_are_escaped(void **unused)
{
    const struct exposition_label wild[] = {{"a", "say \"hi\"\\\nthere"},
                                            {"b", ""},
                                            {"c", "\xe7\xac\x94"},
                                            {NULL, NULL}};
    const struct exposition_family f = {"syncbus_x", EXPOSITION_GAUGE, NULL,
                                        "A \"b\" \\ c\nd"};

    (void)unused;
    exposition_init(&x, EXPOSITION_TEXT, 0);
    exposition_family(&x, &f);
    exposition_uint(&x, wild, 1);
    expect("# TYPE syncbus_x gauge\n"
           "# HELP syncbus_x A \"b\" \\\\ c\\nd\n"
           "syncbus_x{a=\"say \\\"hi\\\"\\\\\\nthere\",b=\"\","
           "c=\"\xe7\xac\x94\"} 1\n");
    exposition_init(&x, EXPOSITION_OPENMETRICS, 0);
    exposition_family(&x, &f);
    expect("# TYPE syncbus_x gauge\n"
           "# HELP syncbus_x A \\\"b\\\" \\\\ c\\nd\n"
           "# EOF\n");
}

static void
buckets_are_cumulated_and_end_in_infinity(void **unused)
{
    const struct exposition_family f = {"syncbus_t_seconds",
                                        EXPOSITION_HISTOGRAM, "seconds", "T."};
    const char *const bounds[] = {"0.1", "1.0"};
    const uint64_t buckets[] = {3, 0, 2};
    const struct exposition_histogram h = {
        .bounds = bounds, .count = 2, .buckets = buckets, .sum_ns = 2500000001};

    (void)unused;
    exposition_init(&x, EXPOSITION_TEXT, 0);
    exposition_family(&x, &f);
    exposition_histogram(&x, two + 1, &h);
    exposition_histogram(&x, none, &h);
    expect("# TYPE syncbus_t_seconds histogram\n"
           "# HELP syncbus_t_seconds T.\n"
           "syncbus_t_seconds_bucket{state=\"idle\",le=\"0.1\"} 3\n"
           "syncbus_t_seconds_bucket{state=\"idle\",le=\"1.0\"} 3\n"
           "syncbus_t_seconds_bucket{state=\"idle\",le=\"+Inf\"} 5\n"
           "syncbus_t_seconds_count{state=\"idle\"} 5\n"
           "syncbus_t_seconds_sum{state=\"idle\"} 2.500000001\n"
           "syncbus_t_seconds_bucket{le=\"0.1\"} 3\n"
           "syncbus_t_seconds_bucket{le=\"1.0\"} 3\n"
           "syncbus_t_seconds_bucket{le=\"+Inf\"} 5\n"
           "syncbus_t_seconds_count 5\n"
           "syncbus_t_seconds_sum 2.500000001\n");
}

static void
a_text_outgrows_the_first_guess(void **unused)
{
    (void)unused;
    exposition_init(&x, EXPOSITION_TEXT, 0);
    exposition_family(&x, &age);
    for (uint64_t i = 0; i < 10000; i++)
        exposition_uint(&x, two, i);
    exposition_end(&x);
    assert_false(x.failed);
    assert_int_equal(strlen(x.text), x.len);
    assert_string_equal(x.text + x.len - 6, " 9999\n");
    exposition_clear(&x);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_is_announced_as_each_format_wants_it),
        cmocka_unit_test(info_is_a_gauge_where_there_is_no_such_type),
        cmocka_unit_test(a_unit_is_told_where_the_format_knows_it),
        cmocka_unit_test(thousandths_lose_their_zeros),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(buckets_are_cumulated_and_end_in_infinity),
        cmocka_unit_test(a_text_outgrows_the_first_guess),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
