#include "gateway/metrics/families.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ALL                                                                    \
    (STATE_HAS_PERMILLE | STATE_HAS_SYNCED | STATE_HAS_LAST | STATE_HAS_NEXT | \
     STATE_HAS_FAILURES)

static struct harvest_engine engines[2];
static struct harvest harvest;
static struct exposition x;

static int
set_up(void **unused)
{
    (void)unused;
    engines[0] = (struct harvest_engine){
        .id = "a",
        .provider = "webdav",
        .cloud = "my \"notes\"",
        .host = "nas",
        .version = "0.1.0",
        .has = ALL,
        .shown = COPY_SYNCING,
        .age_ms = 420,
        .permille = 574,
        .synced_at_ms = 1795495875100,
        .next_at_ms = 1795495905100,
        .failures = 2,
        .last_code = "locked",
        .last_duration_ms = 2210,
        .counts = {.ok = 5,
                   .failed = 2,
                   .conflicts = 3,
                   .sent_bytes = 9600,
                   .received_bytes = 16000},
        .ingest_lost = 4,
        .relay_lost = 6,
    };
    engines[1] = (struct harvest_engine){.id = "b", .shown = COPY_OFFLINE};
    harvest = (struct harvest){.bus_up = true, .engines = engines, .count = 2};
    harvest.refused[REFUSAL_RATE] = 11;
    return 0;
}

static void
put(void)
{
    exposition_clear(&x);
    exposition_init(&x, EXPOSITION_OPENMETRICS, 0);
    families_put(&x, &harvest);
    exposition_end(&x);
    assert_false(x.failed);
}

static int
tear_down(void **unused)
{
    (void)unused;
    exposition_clear(&x);
    return 0;
}

/* Is this one of the lines? */
static bool
has_line(const char *line)
{
    char whole[512];

    (void)snprintf(whole, sizeof whole, "\n%s\n", line);
    return strstr(x.text, whole) != NULL;
}

static void
everything_an_engine_said_has_a_sample(void **unused)
{
    static const char *const lines[] = {
        "syncbus_engine_up{engine=\"a\"} 1",
        "syncbus_engine_state{engine=\"a\",state=\"syncing\"} 1",
        "syncbus_engine_state{engine=\"a\",state=\"idle\"} 0",
        "syncbus_engine_state{engine=\"a\",state=\"unknown\"} 0",
        "syncbus_engine_age_seconds{engine=\"a\"} 0.42",
        "syncbus_sync_runs_total{engine=\"a\",result=\"ok\"} 5",
        "syncbus_sync_runs_total{engine=\"a\",result=\"failed\"} 2",
        "syncbus_sync_conflicts_total{engine=\"a\"} 3",
        "syncbus_sync_bytes_total{engine=\"a\",direction=\"upload\"} 9600",
        "syncbus_sync_bytes_total{engine=\"a\",direction=\"download\"} 16000",
        "syncbus_sync_progress_ratio{engine=\"a\"} 0.574",
        "syncbus_sync_last_duration_seconds{engine=\"a\"} 2.21",
        "syncbus_sync_last_error{engine=\"a\",code=\"locked\"} 1",
        "syncbus_sync_next_run_timestamp_seconds{engine=\"a\"} 1795495905.1",
        "syncbus_sync_failures_in_a_row{engine=\"a\"} 2",
        "syncbus_sync_overdue{engine=\"a\"} 0",
        "syncbus_bus_ingest_lost_total{engine=\"a\"} 4",
        "syncbus_bus_relay_lost_total{engine=\"a\"} 6",
        "syncbus_bus_up 1",
        "syncbus_bus_refused_total{reason=\"rate\"} 11",
        "syncbus_bus_refused_total{reason=\"twin\"} 0",
    };

    (void)unused;
    put();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!has_line(lines[i]))
            fail_msg("no line %s", lines[i]);
    }
    assert_true(has_line(
        "syncbus_engine_info{engine=\"a\",provider=\"webdav\","
        "cloud=\"my \\\"notes\\\"\",host=\"nas\",version=\"0.1.0\"} 1"));
    assert_true(
        has_line("syncbus_sync_last_success_timestamp_seconds{engine=\"a\"}"
                 " 1795495875.1"));
}

static void
what_was_not_said_has_none(void **unused)
{
    static const char *const names[] = {"progress_ratio{",
                                        "last_success_timestamp_seconds{",
                                        "last_duration_seconds{",
                                        "last_error{",
                                        "next_run_timestamp_seconds{",
                                        "failures_in_a_row{"};

    (void)unused;
    harvest.engines = engines + 1;
    harvest.count = 1;
    put();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_null(strstr(x.text, names[i]));
    assert_true(has_line("syncbus_engine_up{engine=\"b\"} 0"));
    assert_true(
        has_line("syncbus_sync_runs_total{engine=\"b\",result=\"ok\"} 0"));
}

static void
a_good_run_has_no_error_and_a_resting_engine_no_progress(void **unused)
{
    (void)unused;
    engines[0].last_ok = true;
    engines[0].shown = COPY_IDLE;
    put();
    assert_null(strstr(x.text, "last_error{"));
    assert_null(strstr(x.text, "progress_ratio{"));
    assert_true(
        has_line("syncbus_engine_state{engine=\"a\",state=\"idle\"} 1"));
}

static void
a_stalled_engine_is_up_and_shows_how_far_it_got(void **unused)
{
    (void)unused;
    engines[0].shown = COPY_STALLED;
    put();
    assert_true(has_line("syncbus_engine_up{engine=\"a\"} 1"));
    assert_true(has_line("syncbus_sync_progress_ratio{engine=\"a\"} 0.574"));
}

static void
without_the_hub_no_engine_is_up(void **unused)
{
    (void)unused;
    harvest.bus_up = false;
    engines[0].shown = COPY_UNKNOWN;
    put();
    assert_true(has_line("syncbus_bus_up 0"));
    assert_true(has_line("syncbus_engine_up{engine=\"a\"} 0"));
    assert_true(
        has_line("syncbus_engine_state{engine=\"a\",state=\"unknown\"} 1"));
}

/* The guess of a text's size: no scrape should copy it while it grows. */
static void
an_engine_takes_no_more_room_than_is_guessed(void **unused)
{
    size_t one, two;

    (void)unused;
    memset(engines[0].id, 'e', sizeof engines[0].id - 1);
    memset(engines[0].cloud, 'c', sizeof engines[0].cloud - 1);
    memset(engines[0].host, 'h', sizeof engines[0].host - 1);
    harvest.count = 1;
    put();
    one = x.len;
    harvest.count = 0;
    put();
    two = x.len;
    assert_in_range(one - two, FAMILIES_ENGINE_SIZE / 3,
                    FAMILIES_ENGINE_SIZE * 3 / 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_an_engine_said_has_a_sample,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_said_has_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_good_run_has_no_error_and_a_resting_engine_no_progress, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_stalled_engine_is_up_and_shows_how_far_it_got, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_the_hub_no_engine_is_up, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            an_engine_takes_no_more_room_than_is_guessed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
