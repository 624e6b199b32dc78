#include "tools/syncbus/row_json.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *
member(const json_t *json, const char *name)
{
    json_t *value = json_object_get(json, name);

    assert_non_null(value);
    return value;
}

static void
an_engine_nobody_knows_much_of_has_every_member(void **state)
{
    static const char *const names[] = {
        "engine",      "state",   "live",      "ageMs",     "providerName",
        "cloudName",   "enabled", "syncing",   "progress",  "run",
        "message",     "synced",  "lastError", "nextRunAt", "failuresInARow",
        "lastRun",     "counts",  "repo",      "head",      "host",
        "os",          "version", "software",  "startedAt", "upMs",
        "lostMessages"};
    struct copy_engine e = {.id = "nas"};
    json_t *json = row_json_engine(&e, 10);

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)member(json, names[i]);
    assert_int_equal(json_object_size(json), sizeof names / sizeof *names);
    assert_int_equal(json_object_size(member(json, "progress")), 12);
    assert_true(json_is_null(member(json, "lastRun")));
    assert_true(json_is_null(member(json, "nextRunAt")));
    assert_true(json_is_null(member(member(json, "progress"), "etaSeconds")));
    json_decref(json);
}

static void
a_run_under_way_has_its_share_in_tenths(void **state)
{
    struct copy_engine e = {.id = "nas",
                            .shown = COPY_SYNCING,
                            .permille = 574,
                            .eta_seconds = 4,
                            .heard_at_ms = 1000};
    json_t *json, *progress;

    (void)state;
    e.state.has = STATE_HAS_PERMILLE | STATE_HAS_RUN;
    e.state.items = (struct state_count){12, 40};
    e.state.up_ms = 5000;
    e.state.run_up_ms = 2000;
    json = row_json_engine(&e, 1500);
    progress = member(json, "progress");
    assert_true(json_is_true(member(json, "syncing")));
    assert_int_equal(json_integer_value(member(progress, "percent")), 30);
    assert_true(json_real_value(member(progress, "overallPercent")) > 57.39);
    assert_int_equal(json_integer_value(member(progress, "etaSeconds")), 4);
    assert_int_equal(json_integer_value(member(progress, "elapsedMs")), 3500);
    json_decref(json);
    e.permille = 570;
    json = row_json_engine(&e, 1500);
    assert_true(
        json_is_integer(member(member(json, "progress"), "overallPercent")));
    json_decref(json);
}

static void
an_error_is_an_object_only_when_there_is_one(void **state)
{
    struct state_last run = {.ok = true};
    json_t *json = row_json_error(&run);

    (void)state;
    assert_true(json_is_null(json));
    json_decref(json);
    run.ok = false;
    (void)snprintf(run.code, sizeof run.code, "auth");
    json = row_json_error(&run);
    assert_int_equal(json_object_size(json), 6);
    assert_string_equal(json_string_value(member(json, "code")), "auth");
    json_decref(json);
    json = row_json_run(&run);
    assert_int_equal(json_object_size(json), 9);
    json_decref(json);
}

static void
text_that_is_no_utf8_becomes_text(void **state)
{
    json_t *json = row_json_text("cut \xe8\xb5");

    (void)state;
    assert_string_equal(json_string_value(json), "cut \\xe8\\xb5");
    json_decref(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_nobody_knows_much_of_has_every_member),
        cmocka_unit_test(a_run_under_way_has_its_share_in_tenths),
        cmocka_unit_test(an_error_is_an_object_only_when_there_is_one),
        cmocka_unit_test(text_that_is_no_utf8_becomes_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
