#include "gateway/http/throttle.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct throttle t;

static struct address
parse(const char *text)
{
    struct address a;

    assert_int_equal(address_parse(&a, text, strlen(text)), 0);
    return a;
}

static int
set_up(void **unused)
{
    (void)unused;
    memset(&t, 0, sizeof t);
    return 0;
}

static void
fail_times(const struct address *who, unsigned times, uint64_t now_ms)
{
    for (unsigned i = 0; i < times; i++)
        throttle_fail(&t, who, now_ms);
}

static void
the_tenth_failure_shuts_out_for_a_minute(void **unused)
{
    struct address a = parse("1.2.3.4"), b = parse("1.2.3.5");

    (void)unused;
    fail_times(&a, THROTTLE_FAILURES - 1, 1000);
    assert_int_equal(throttle_wait(&t, &a, 1000), 0);
    fail_times(&a, 1, 2000);
    assert_int_equal(throttle_wait(&t, &a, 2000), 60);
    assert_int_equal(throttle_wait(&t, &a, 61999), 1);
    assert_int_equal(throttle_wait(&t, &a, 62000), 0);
    assert_int_equal(throttle_wait(&t, &b, 2000), 0);
}

static void
after_the_minute_it_begins_anew(void **unused)
{
    struct address a = parse("1.2.3.4");

    (void)unused;
    fail_times(&a, THROTTLE_FAILURES, 0);
    fail_times(&a, THROTTLE_FAILURES - 1, 60000);
    assert_int_equal(throttle_wait(&t, &a, 60000), 0);
    fail_times(&a, 1, 60001);
    assert_int_equal(throttle_wait(&t, &a, 60001), 60);
}

static void
failures_spread_over_minutes_are_forgiven(void **unused)
{
    struct address a = parse("1.2.3.4");

    (void)unused;
    for (uint64_t minute = 0; minute < 10; minute++) {
        fail_times(&a, THROTTLE_FAILURES - 1, minute * THROTTLE_WINDOW_MS);
        assert_int_equal(throttle_wait(&t, &a, minute * THROTTLE_WINDOW_MS), 0);
    }
}

static void
knocking_while_shut_out_does_not_prolong_it(void **unused)
{
    struct address a = parse("1.2.3.4");

    (void)unused;
    fail_times(&a, THROTTLE_FAILURES, 0);
    fail_times(&a, 50, 30000);
    assert_int_equal(throttle_wait(&t, &a, 59999), 1);
    assert_int_equal(throttle_wait(&t, &a, 60000), 0);
}

static void
one_ipv6_network_is_one_customer(void **unused)
{
    struct address a = parse("2001:db8:1:2::1"), b = parse("2001:db8:1:2:f::9"),
                   other = parse("2001:db8:1:3::1");

    (void)unused;
    fail_times(&a, THROTTLE_FAILURES / 2, 0);
    fail_times(&b, THROTTLE_FAILURES / 2, 0);
    assert_int_equal(throttle_wait(&t, &a, 1), 60);
    assert_int_equal(throttle_wait(&t, &other, 1), 0);
}

static void
many_addresses_do_not_push_out_who_is_shut_out(void **unused)
{
    struct address bad = parse("1.2.3.4");
    char text[32];

    (void)unused;
    fail_times(&bad, THROTTLE_FAILURES, 0);
    for (unsigned i = 0; i < 4 * THROTTLE_ENTRIES; i++) {
        struct address a;

        (void)snprintf(text, sizeof text, "10.%u.%u.1", i / 256, i % 256);
        a = parse(text);
        throttle_fail(&t, &a, 1 + i);
    }
    assert_true(throttle_wait(&t, &bad, 10000) > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_tenth_failure_shuts_out_for_a_minute,
                               set_up),
        cmocka_unit_test_setup(after_the_minute_it_begins_anew, set_up),
        cmocka_unit_test_setup(failures_spread_over_minutes_are_forgiven,
                               set_up),
        cmocka_unit_test_setup(knocking_while_shut_out_does_not_prolong_it,
                               set_up),
        cmocka_unit_test_setup(one_ipv6_network_is_one_customer, set_up),
        cmocka_unit_test_setup(many_addresses_do_not_push_out_who_is_shut_out,
                               set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
