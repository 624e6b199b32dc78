#include "tools/syncbus/judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WALL 1795495875100ULL

static struct copy_engine
healthy(void)
{
    struct copy_engine e = {.id = "nas", .shown = COPY_IDLE};

    e.heard_at_ms = 900;
    e.state.has = STATE_HAS_LAST | STATE_HAS_NEXT | STATE_HAS_SYNCED;
    e.state.minor = STATE_MINOR;
    e.state.sent_at_ms = WALL - 100; /* heard at once */
    e.state.synced_at_ms = WALL - 1000;
    e.state.next_at_ms = WALL + 30000;
    e.state.last = (struct state_last){.run = 4, .ok = true};
    e.tally.interval_ms = 30000;
    (void)snprintf(e.state.info.version, sizeof e.state.info.version, "%s",
                   SYNCBUS_VERSION);
    return e;
}

static const struct roster roster = {.now_ms = 1000, .wall_ms = WALL};

/* The level of one check of the engine; -1 when there is none. */
static int
level_of(const struct copy_engine *e, const char *name)
{
    struct judge j = {.count = 0};
    int level = -1;

    judge_engine(&j, e, &roster);
    for (size_t i = 0; i < j.count; i++) {
        const struct judge_check *c = &j.checks[i];

        if (strcmp(c->name, name) == 0)
            level = (int)c->level;
        /* What is wrong comes with what to do. */
        assert_int_equal(c->remedy[0] == '\0', c->level == JUDGE_OK);
        assert_string_equal(c->subject, e->id);
    }
    judge_clear(&j);
    return level;
}

static void
a_healthy_engine_is_all_ok(void **state)
{
    struct copy_engine e = healthy();
    struct judge j = {.count = 0};

    (void)state;
    judge_engine(&j, &e, &roster);
    assert_int_equal(judge_worst(&j), JUDGE_OK);
    assert_int_equal(judge_count(&j, JUDGE_OK), j.count);
    assert_true(j.count >= 4);
    judge_clear(&j);
}

static void
states_are_judged(void **state)
{
    struct copy_engine e = healthy();

    (void)state;
    e.shown = COPY_OFFLINE;
    assert_int_equal(level_of(&e, "engine"), JUDGE_WARN);
    assert_int_equal(level_of(&e, "clock"), -1); /* who knows */
    e.shown = COPY_STALLED;
    assert_int_equal(level_of(&e, "engine"), JUDGE_FAIL);
    e.shown = COPY_DISABLED;
    assert_int_equal(level_of(&e, "engine"), JUDGE_WARN);
    e.shown = COPY_IDLE;
    e.verdict.live = VERDICT_DUP;
    assert_int_equal(level_of(&e, "twin"), JUDGE_FAIL);
}

static void
a_failure_that_may_pass_is_a_warning_at_first(void **state)
{
    struct copy_engine e = healthy();

    (void)state;
    e.state.last.ok = false;
    e.state.failures = 1;
    (void)snprintf(e.state.last.code, sizeof e.state.last.code, "network");
    assert_int_equal(level_of(&e, "last run"), JUDGE_WARN);
    e.state.failures = 3;
    assert_int_equal(level_of(&e, "last run"), JUDGE_FAIL);
    e.state.failures = 1;
    (void)snprintf(e.state.last.code, sizeof e.state.last.code, "auth");
    assert_int_equal(level_of(&e, "last run"), JUDGE_FAIL);
    (void)snprintf(e.state.last.code, sizeof e.state.last.code, "cancelled");
    assert_int_equal(level_of(&e, "last run"), JUDGE_WARN);
}

static void
late_is_twice_the_interval_and_five_minutes(void **state)
{
    struct copy_engine e = healthy();

    (void)state;
    e.state.synced_at_ms = WALL - 300000;
    assert_int_equal(level_of(&e, "overdue"), -1);
    e.state.synced_at_ms--;
    assert_int_equal(level_of(&e, "overdue"), JUDGE_WARN);
    e.tally.interval_ms = 3600000;
    assert_int_equal(level_of(&e, "overdue"), -1);
    e.state.synced_at_ms = WALL - 7200001;
    assert_int_equal(level_of(&e, "overdue"), JUDGE_WARN);
    e.shown = COPY_SYNCING;
    assert_int_equal(level_of(&e, "overdue"), -1);
    e.shown = COPY_IDLE; /* one that runs by hand */
    e.tally.interval_ms = e.state.next_at_ms = 0;
    assert_int_equal(level_of(&e, "overdue"), -1);
}

static void
clocks_are_compared_across_the_age_of_the_state(void **state)
{
    struct copy_engine e = healthy();

    (void)state;
    e.verdict.age_ms = 50000; /* the hub had it for a while */
    e.state.sent_at_ms = WALL - 50100;
    assert_int_equal(level_of(&e, "clock"), JUDGE_OK);
    e.state.sent_at_ms += 2001;
    assert_int_equal(level_of(&e, "clock"), JUDGE_WARN);
    e.state.sent_at_ms += 60000;
    assert_int_equal(level_of(&e, "clock"), JUDGE_FAIL);
    e.state.sent_at_ms = WALL - 50100 - 60001;
    assert_int_equal(level_of(&e, "clock"), JUDGE_FAIL);
}

static void
versions_are_compared(void **state)
{
    struct copy_engine e = healthy();

    (void)state;
    (void)snprintf(e.state.info.version, sizeof e.state.info.version, "9.9");
    assert_int_equal(level_of(&e, "version"), JUDGE_WARN);
    e.state.info.version[0] = '\0';
    assert_int_equal(level_of(&e, "version"), -1);
    e.state.minor = STATE_MINOR + 1;
    assert_int_equal(level_of(&e, "version"), JUDGE_WARN);
}

static struct judge_hub
quick_hub(void)
{
    return (struct judge_hub){.feed = "tcp://a:1",
                              .control = "tcp://a:2",
                              .feed_hint = "is it running?",
                              .control_hint = "is it there?",
                              .has_snapshot = true,
                              .snapshot_ms = 20,
                              .minor = STATE_MINOR,
                              .beats = 3,
                              .longest_ms = 1010,
                              .watched_ms = 3300,
                              .has_control = true,
                              .answer = REPLY_UNREACHABLE};
}

static enum judge_level
worst_of(const struct judge_hub *hub)
{
    struct judge j = {.count = 0};
    enum judge_level worst;

    judge_hub(&j, hub);
    worst = judge_worst(&j);
    judge_clear(&j);
    return worst;
}

static void
hubs_are_judged(void **state)
{
    struct judge_hub hub = quick_hub();

    (void)state;
    assert_int_equal(worst_of(&hub), JUDGE_OK);
    hub.snapshot_ms = 1001;
    assert_int_equal(worst_of(&hub), JUDGE_WARN);
    hub = quick_hub();
    hub.longest_ms = 2001;
    assert_int_equal(worst_of(&hub), JUDGE_WARN);
    hub.beats = 0;
    assert_int_equal(worst_of(&hub), JUDGE_FAIL);
    hub = quick_hub();
    hub.answer = REPLY_TIMEOUT;
    assert_int_equal(worst_of(&hub), JUDGE_FAIL);
    hub.minor++;
    hub.answer = REPLY_UNREACHABLE;
    assert_int_equal(worst_of(&hub), JUDGE_WARN);
    hub.minor = 0;
    assert_int_equal(worst_of(&hub), JUDGE_WARN);
    hub.answer = REPLY_FORBIDDEN;
    assert_int_equal(worst_of(&hub), JUDGE_FAIL);
    hub = quick_hub();
    hub.has_snapshot = false;
    assert_int_equal(worst_of(&hub), JUDGE_FAIL);
}

static void
refused_and_lost_messages_are_told(void **state)
{
    struct copy_engine e = healthy();
    struct roster r = {.engines = &e, .count = 1};
    struct judge j = {.count = 0};

    (void)state;
    judge_messages(&j, &r);
    assert_int_equal(judge_worst(&j), JUDGE_OK);
    judge_clear(&j);
    r.refused.seen[REFUSAL_OLD] = 7;
    judge_messages(&j, &r);
    assert_int_equal(judge_worst(&j), JUDGE_OK);
    judge_clear(&j);
    r.refused.seen[REFUSAL_FULL] = 1;
    e.verdict.lost = 2;
    judge_messages(&j, &r);
    assert_int_equal(judge_count(&j, JUDGE_FAIL), 1);
    assert_int_equal(judge_count(&j, JUDGE_WARN), 1);
    judge_clear(&j);
}

static enum judge_level
folder(const struct judge_folder *f)
{
    struct judge j = {.count = 0};
    enum judge_level worst;

    judge_folder(&j, f);
    worst = judge_worst(&j);
    judge_clear(&j);
    return worst;
}

static void
folders_are_judged(void **state)
{
    struct judge_folder f = {.name = "state",
                             .path = "/x",
                             .is_folder = true,
                             .is_writable = true,
                             .is_private = true,
                             .wants_private = true,
                             .free_bytes = 10ULL << 30};

    (void)state;
    assert_int_equal(folder(&f), JUDGE_OK);
    f.is_private = false;
    assert_int_equal(folder(&f), JUDGE_WARN);
    f.wants_private = false;
    assert_int_equal(folder(&f), JUDGE_OK);
    f.free_bytes = 100ULL << 20;
    assert_int_equal(folder(&f), JUDGE_WARN);
    f.free_bytes = 0;
    assert_int_equal(folder(&f), JUDGE_FAIL);
    f.free_bytes = 10ULL << 30;
    f.is_writable = false;
    assert_int_equal(folder(&f), JUDGE_FAIL);
    f.is_writable = true;
    f.is_folder = false;
    assert_int_equal(folder(&f), JUDGE_FAIL);
    f.is_folder = true;
    f.error = EACCES;
    assert_int_equal(folder(&f), JUDGE_FAIL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_engine_is_all_ok),
        cmocka_unit_test(states_are_judged),
        cmocka_unit_test(a_failure_that_may_pass_is_a_warning_at_first),
        cmocka_unit_test(late_is_twice_the_interval_and_five_minutes),
        cmocka_unit_test(clocks_are_compared_across_the_age_of_the_state),
        cmocka_unit_test(versions_are_compared),
        cmocka_unit_test(hubs_are_judged),
        cmocka_unit_test(refused_and_lost_messages_are_told),
        cmocka_unit_test(folders_are_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
