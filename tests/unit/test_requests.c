#include "gateway/metrics/requests.h"

#include "gateway/routes.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NAME "syncbus_gateway_request"

static struct requests *requests;
static struct exposition x;

static int
set_up(void **unused)
{
    (void)unused;
    return requests_new(&requests);
}

static int
tear_down(void **unused)
{
    (void)unused;
    exposition_clear(&x);
    requests_free(requests);
    return 0;
}

static void
put(void)
{
    exposition_clear(&x);
    exposition_init(&x, EXPOSITION_TEXT, 0);
    requests_put(requests, &x);
    exposition_end(&x);
}

static void
assert_line(const char *line)
{
    char whole[512];

    (void)snprintf(whole, sizeof whole, "\n%s\n", line);
    if (strstr(x.text, whole) == NULL)
        fail_msg("no line %s in\n%s", line, x.text);
}

static const struct route *
find(const char *path)
{
    return routes_find(path, strlen(path), "GET");
}

static void
requests_count_under_their_route_and_status(void **unused)
{
    (void)unused;
    requests_count(requests, find("/healthz"), 200, 1);
    requests_count(requests, find("/healthz"), 200, 1);
    requests_count(requests, find("/readyz"), 503, 1);
    requests_count(requests, NULL, 404, 1);
    put();
    assert_line(NAME "s_total{route=\"healthz\",code=\"200\"} 2");
    assert_line(NAME "s_total{route=\"readyz\",code=\"503\"} 1");
    assert_line(NAME "s_total{route=\"none\",code=\"404\"} 1");
    assert_null(strstr(x.text, "getSyncInfo"));
}

static void
a_status_of_no_row_counts_as_an_error_of_ours(void **unused)
{
    (void)unused;
    requests_count(requests, NULL, 999, 1);
    requests_count(requests, NULL, 0, 1);
    put();
    assert_line(NAME "s_total{route=\"none\",code=\"500\"} 2");
}

static void
a_duration_falls_into_the_first_bucket_that_holds_it(void **unused)
{
    (void)unused;
    requests_count(requests, NULL, 404, 100000);
    requests_count(requests, NULL, 404, 100001);
    requests_count(requests, NULL, 404, UINT64_C(1000000000000));
    put();
    assert_line(NAME
                "_duration_seconds_bucket{route=\"none\",le=\"0.0001\"} 1");
    assert_line(NAME
                "_duration_seconds_bucket{route=\"none\",le=\"0.0003\"} 2");
    assert_line(NAME "_duration_seconds_bucket{route=\"none\",le=\"300.0\"} 2");
    assert_line(NAME "_duration_seconds_bucket{route=\"none\",le=\"+Inf\"} 3");
    assert_line(NAME "_duration_seconds_count{route=\"none\"} 3");
    assert_line(NAME "_duration_seconds_sum{route=\"none\"} 1000.000200001");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            requests_count_under_their_route_and_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_status_of_no_row_counts_as_an_error_of_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_duration_falls_into_the_first_bucket_that_holds_it, set_up,
            tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
