#include "tools/syncbus/lines.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct copy_engine
engine(enum copy_shown shown)
{
    struct copy_engine e = {.id = "nas", .shown = shown};

    e.state.has = STATE_HAS_RUN | STATE_HAS_LAST | STATE_HAS_PERMILLE;
    e.state.epoch_us = 1;
    e.state.run = 5;
    e.state.last = (struct state_last){
        .run = 4, .ok = true, .at_ms = 1000, .duration_ms = 2210};
    return e;
}

static void
expect(struct lines_memory *m, const struct copy_engine *e, const char *text)
{
    char line[LINES_MAX];

    assert_int_equal(lines_next(line, m, e), text != NULL);
    if (text != NULL)
        assert_string_equal(line, text);
}

static void
every_change_is_said_once(void **state)
{
    struct lines_memory m = {.is_known = false};
    struct copy_engine e = engine(COPY_IDLE);

    (void)state;
    expect(&m, &e, "nas idle: run 4 ok, took 2 s");
    expect(&m, &e, NULL);
    e.shown = COPY_SYNCING;
    (void)snprintf(e.state.phase, sizeof e.state.phase, "walk");
    expect(&m, &e, "nas syncing: run 5: 0% walk");
    e.permille = 500;
    e.state.seq = 9;
    expect(&m, &e, NULL); /* progress is no change */
    (void)snprintf(e.state.phase, sizeof e.state.phase, "send-index");
    expect(&m, &e, "nas syncing: run 5: 50% send index");
    e.shown = COPY_STALLED;
    expect(&m, &e, "nas stalled: run 5: 50% send index");
    e.shown = COPY_IDLE;
    e.state.last.run = 5;
    e.state.last.conflicts = 1;
    expect(&m, &e, "nas idle: run 5 ok, 1 conflict, took 2 s");
}

static void
a_run_too_short_to_be_seen_is_said(void **state)
{
    struct lines_memory m = {.is_known = false};
    struct copy_engine e = engine(COPY_IDLE);

    (void)state;
    expect(&m, &e, "nas idle: run 4 ok, took 2 s");
    e.state.run = e.state.last.run = 5;
    expect(&m, &e, "nas idle: run 5 ok, took 2 s");
}

static void
a_restart_and_a_twin_are_changes(void **state)
{
    struct lines_memory m = {.is_known = false};
    struct copy_engine e = engine(COPY_IDLE);

    (void)state;
    expect(&m, &e, "nas idle: run 4 ok, took 2 s");
    e.state.epoch_us = 2;
    expect(&m, &e, "nas idle");
    e.verdict.live = VERDICT_DUP;
    expect(&m, &e, "nas idle, duplicate");
    e.shown = COPY_OFFLINE;
    e.verdict.live = VERDICT_OFF;
    expect(&m, &e, "nas offline");
}

static void
a_failure_comes_with_its_cause_escaped(void **state)
{
    struct lines_memory m = {.is_known = false};
    struct copy_engine e = engine(COPY_ERROR);

    (void)state;
    e.state.last.ok = false;
    (void)snprintf(e.state.last.code, sizeof e.state.last.code, "auth");
    (void)snprintf(e.state.last.why, sizeof e.state.last.why, "a\nb\x1b[2J");
    expect(&m, &e,
           "nas error: run 4 failed, auth: The store refused the user name,"
           " password or key (a\\nb\\x1b[2J). Check the credentials in the"
           " engine's settings.");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_is_said_once),
        cmocka_unit_test(a_run_too_short_to_be_seen_is_said),
        cmocka_unit_test(a_restart_and_a_twin_are_changes),
        cmocka_unit_test(a_failure_comes_with_its_cause_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
