#include "tools/syncbus/judge.h"

#include "proto/state.h"
#include "tools/syncbus/engine_text.h"
#include "tools/syncbus/units.h"

#include <string.h>

#define SKEW_WARN_MS   2000
#define SKEW_FAIL_MS   60000
#define OVERDUE_MIN_MS 300000

static struct judge_note
note_of(const char *name, const struct copy_engine *e, enum judge_level level)
{
    return (struct judge_note){.name = name, .subject = e->id, .level = level};
}

static void
judge_state(struct judge *j, const struct copy_engine *e,
            const struct roster *r)
{
    struct judge_note note = note_of("engine", e, JUDGE_OK);
    char age[UNITS_MAX], text[ENGINE_TEXT_MAX];

    units_span(age, copy_age_ms(e, r->now_ms));
    switch (e->shown) {
    case COPY_OFFLINE:
        note.level = JUDGE_WARN;
        note.remedy = "Start it, or see why it cannot reach the hub; if it is"
                      " gone for good, the hub forgets it after 24 h.";
        judge_add(j, &note, "offline, last heard of %s ago", age);
        return;
    case COPY_STALLED:
        note.level = JUDGE_FAIL;
        note.remedy = "See its log; `syncbus cancel` stops the run, and if"
                      " that does nothing, restart the engine.";
        engine_text_progress(text, e);
        judge_add(j, &note, "stalled: nothing moved for a minute in %.500s",
                  text);
        return;
    case COPY_DISABLED:
        note.level = JUDGE_WARN;
        note.remedy = "`syncbus enable` switches it on.";
        judge_add(j, &note, "synchronisation is switched off");
        return;
    default:
        engine_text_state(text, e);
        judge_add(j, &note, "%.100s, heard of %s ago", text, age);
    }
}

static void
judge_last_run(struct judge *j, const struct copy_engine *e)
{
    struct judge_note note = note_of("last run", e, JUDGE_OK);
    const struct code_info *error = engine_text_error(e);
    const struct state_last *l = &e->state.last;
    char text[ENGINE_TEXT_MAX];

    if ((e->state.has & STATE_HAS_LAST) == 0)
        return;
    if (error == NULL) {
        engine_text_run(text, l);
        judge_add(j, &note, "run %llu: %.900s", (unsigned long long)l->run,
                  text);
        return;
    }
    /* What passes by itself is a warning, until it does not. */
    note.level =
        error->retryable && e->state.failures < 3 ? JUDGE_WARN : JUDGE_FAIL;
    if (strcmp(error->token, "cancelled") == 0)
        note.level = JUDGE_WARN;
    note.remedy = error->remedy[LANG_EN];
    judge_add(j, &note, "run %llu failed, %s: %s%s%.200s%s, %llu in a row",
              (unsigned long long)l->run, l->code, error->text[LANG_EN],
              l->why[0] != '\0' ? " (" : "", l->why,
              l->why[0] != '\0' ? ")" : "",
              (unsigned long long)e->state.failures);
}

/*
 * No success for twice the interval, and at least five minutes; an engine that
 * plans no runs is never late.
 */
static void
judge_overdue(struct judge *j, const struct copy_engine *e,
              const struct roster *r)
{
    struct judge_note note = note_of("overdue", e, JUDGE_WARN);
    uint64_t synced_ms = e->state.synced_at_ms;
    uint64_t since_ms = synced_ms > 0 ? synced_ms : e->state.epoch_us / 1000;
    uint64_t limit_ms = 2 * e->tally.interval_ms;
    char distance[UNITS_MAX];

    if (limit_ms < OVERDUE_MIN_MS)
        limit_ms = OVERDUE_MIN_MS;
    if (e->shown == COPY_DISABLED || e->shown == COPY_OFFLINE ||
        copy_is_syncing(e->shown) ||
        (e->tally.interval_ms == 0 && e->state.next_at_ms == 0) ||
        r->wall_ms <= since_ms + limit_ms)
        return;
    note.remedy = "See how its last run ended, and its log; `syncbus sync`"
                  " asks for one.";
    units_distance(distance, synced_ms, r->wall_ms);
    judge_add(j, &note, "last successful sync: %s", distance);
}

static void
judge_clock(struct judge *j, const struct copy_engine *e,
            const struct roster *r)
{
    struct judge_note note = note_of("clock", e, JUDGE_OK);
    uint64_t there = e->state.sent_at_ms + copy_age_ms(e, r->now_ms);
    uint64_t skew =
        there > r->wall_ms ? there - r->wall_ms : r->wall_ms - there;
    char span[UNITS_MAX];

    if (e->shown == COPY_OFFLINE)
        return;
    units_span(span, skew);
    if (skew > SKEW_WARN_MS)
        note.level = skew > SKEW_FAIL_MS ? JUDGE_FAIL : JUDGE_WARN;
    note.remedy = "Set the clocks of both machines (systemd-timesyncd, chrony):"
                  " times decide which version of a file is the newer one.";
    judge_add(j, &note, "%s %s the one here", span,
              there > r->wall_ms ? "ahead of" : "behind");
}

static void
judge_version(struct judge *j, const struct copy_engine *e)
{
    struct judge_note note = note_of("version", e, JUDGE_OK);
    const char *there = e->state.info.version;

    if (e->state.minor > STATE_MINOR) {
        note.level = JUDGE_WARN;
        note.remedy = "Update the programs on this machine.";
        judge_add(j, &note, "it speaks a newer protocol (%llu, here %d)",
                  (unsigned long long)e->state.minor, STATE_MINOR);
    } else if (there[0] != '\0' && strcmp(there, SYNCBUS_VERSION) != 0) {
        note.level = JUDGE_WARN;
        note.remedy = "They work together; update the older one.";
        judge_add(j, &note, "it is %s, this is %s", there, SYNCBUS_VERSION);
    } else if (there[0] != '\0') {
        judge_add(j, &note, "%s, as here", there);
    }
}

void
judge_engine(struct judge *j, const struct copy_engine *e,
             const struct roster *r)
{
    judge_state(j, e, r);
    if (e->verdict.live == VERDICT_DUP) {
        struct judge_note note = note_of("twin", e, JUDGE_FAIL);

        note.remedy = "Give one of them another --id.";
        judge_add(j, &note, "two engines claim this id");
    }
    judge_last_run(j, e);
    judge_overdue(j, e, r);
    judge_clock(j, e, r);
    judge_version(j, e);
}

void
judge_answer(struct judge *j, const char *engine, enum reply_code code)
{
    const struct code_info *info = reply_code_info(code);
    struct judge_note note = {.name = "answers",
                              .subject = engine,
                              .level = code == REPLY_OK ? JUDGE_OK : JUDGE_WARN,
                              .remedy = info->remedy[LANG_EN]};

    judge_add(j, &note, "%s",
              code == REPLY_OK ? "it answers commands" : info->text[LANG_EN]);
}
