#include "tools/syncbus/engine_text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WALL 1795495875100ULL

static struct copy_engine
syncing(void)
{
    struct copy_engine e = {.id = "nas", .shown = COPY_SYNCING};

    e.state.has = STATE_HAS_ITEMS | STATE_HAS_BYTES | STATE_HAS_PERMILLE;
    (void)snprintf(e.state.phase, sizeof e.state.phase, "send-chunks");
    e.state.items = (struct state_count){12, 40};
    e.state.bytes = (struct state_count){7 << 20, 24 << 20};
    e.permille = 579;
    return e;
}

static void
progress_has_what_is_known(void **state)
{
    struct copy_engine e = syncing();
    char out[ENGINE_TEXT_MAX];

    (void)state;
    engine_text_progress(out, &e);
    assert_string_equal(out, "57% send chunks 12/40");
    e.state.items.total = 0;
    engine_text_progress(out, &e);
    assert_string_equal(out, "57% send chunks 7.0 MiB/24.0 MiB");
    e.state.has = 0;
    engine_text_progress(out, &e);
    assert_string_equal(out, "send chunks");
    e.shown = COPY_IDLE;
    engine_text_progress(out, &e);
    assert_string_equal(out, "");
}

static void
the_next_run_is_due_at_last(void **state)
{
    struct copy_engine e = {.shown = COPY_IDLE};
    char out[ENGINE_TEXT_MAX];

    (void)state;
    engine_text_next(out, &e, WALL);
    assert_string_equal(out, "-");
    e.state.has = STATE_HAS_NEXT;
    e.state.next_at_ms = WALL + 90000;
    engine_text_next(out, &e, WALL);
    assert_string_equal(out, "in 1 min");
    e.state.next_at_ms = WALL - 5000;
    engine_text_next(out, &e, WALL);
    assert_string_equal(out, "due");
    e.shown = COPY_OFFLINE; /* nobody would start it */
    engine_text_next(out, &e, WALL);
    assert_string_equal(out, "-");
}

static void
an_error_comes_with_cause_and_remedy(void **state)
{
    struct copy_engine e = {.shown = COPY_ERROR};
    char out[ENGINE_TEXT_MAX];

    (void)state;
    engine_text_remedy(out, &e);
    assert_string_equal(out, "");
    e.state.has = STATE_HAS_LAST;
    e.state.last.ok = true;
    assert_null(engine_text_error(&e));
    e.state.last.ok = false;
    (void)snprintf(e.state.last.code, sizeof e.state.last.code, "locked");
    (void)snprintf(e.state.last.why, sizeof e.state.last.why, "by\x1bx");
    engine_text_remedy(out, &e);
    assert_string_equal(out, "locked: Another device is syncing right now"
                             " (by\\x1bx). Nothing to do: it is tried again by"
                             " itself.");
    e.state.last.why[0] = e.state.last.code[0] = '\0';
    engine_text_remedy(out, &e);
    assert_int_equal(strncmp(out, "internal: ", 10), 0);
    (void)snprintf(e.state.last.code, sizeof e.state.last.code, "new-code");
    engine_text_remedy(out, &e); /* of a later version */
    assert_int_equal(strncmp(out, "new-code: ", 10), 0);
}

static void
a_run_says_only_what_happened(void **state)
{
    struct state_last run = {.ok = true, .duration_ms = 61000};
    char out[ENGINE_TEXT_MAX];

    (void)state;
    engine_text_run(out, &run);
    assert_string_equal(out, "ok, took 1 min 1 s");
    run.sent = (struct state_traffic){1, 1, 1536};
    run.received = (struct state_traffic){20, 3, 100};
    run.conflicts = 2;
    engine_text_run(out, &run);
    assert_string_equal(out, "ok, sent 1 file (1.5 KiB), received 20 files"
                             " (100 B), 2 conflicts, took 1 min 1 s");
}

static void
the_longest_texts_fit(void **state)
{
    struct copy_engine e = syncing();
    char out[ENGINE_TEXT_MAX];

    (void)state;
    e.shown = COPY_STALLED;
    e.state.has |= STATE_HAS_LAST;
    memset(e.state.phase, 0x1b, sizeof e.state.phase - 1);
    memset(e.state.last.why, 0x1b, sizeof e.state.last.why - 1);
    memset(e.state.last.code, 0x1b, sizeof e.state.last.code - 1);
    engine_text_progress(out, &e);
    assert_null(strchr(out, 0x1b));
    engine_text_remedy(out, &e);
    assert_null(strchr(out, 0x1b));
    assert_non_null(strstr(out, "). ")); /* the remedy was not cut off */
    engine_text_run(out, &e.state.last);
    assert_null(strchr(out, 0x1b));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progress_has_what_is_known),
        cmocka_unit_test(the_next_run_is_due_at_last),
        cmocka_unit_test(an_error_comes_with_cause_and_remedy),
        cmocka_unit_test(a_run_says_only_what_happened),
        cmocka_unit_test(the_longest_texts_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
