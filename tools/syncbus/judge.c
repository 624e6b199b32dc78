#include "tools/syncbus/judge.h"

#include "proto/state.h"
#include "tools/syncbus/engine_text.h"
#include "tools/syncbus/units.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SNAPSHOT_SLOW_MS 1000
#define BEAT_SLOW_MS     2000
#define SKEW_WARN_MS     2000
#define SKEW_FAIL_MS     60000
#define OVERDUE_MIN_MS   300000
#define FREE_WARN        (1ULL << 30)
#define FREE_FAIL        (64ULL << 20)

void
judge_clear(struct judge *j)
{
    free(j->checks);
    *j = (struct judge){.count = 0};
}

enum judge_level
judge_worst(const struct judge *j)
{
    enum judge_level worst = j->is_short ? JUDGE_FAIL : JUDGE_OK;

    for (size_t i = 0; i < j->count; i++) {
        if (j->checks[i].level > worst)
            worst = j->checks[i].level;
    }
    return worst;
}

size_t
judge_count(const struct judge *j, enum judge_level level)
{
    size_t count = 0;

    for (size_t i = 0; i < j->count; i++)
        count += j->checks[i].level == level;
    return count;
}

const char *
judge_token(enum judge_level level)
{
    static const char *const tokens[JUDGE_LEVEL_COUNT] = {"ok", "warn", "fail"};

    return tokens[level];
}

static struct judge_check *
grow(struct judge *j)
{
    if (j->count == j->cap) {
        size_t cap = j->cap > 0 ? 2 * j->cap : 16;
        struct judge_check *checks = realloc(j->checks, cap * sizeof *checks);

        if (checks == NULL) {
            j->is_short = true;
            return NULL;
        }
        j->checks = checks;
        j->cap = cap;
    }
    return &j->checks[j->count++];
}

void
judge_add(struct judge *j, const struct judge_note *note, const char *format,
          ...)
{
    struct judge_check *c = grow(j);
    va_list args;

    if (c == NULL)
        return;
    *c = (struct judge_check){.level = note->level};
    (void)snprintf(c->name, sizeof c->name, "%s", note->name);
    (void)snprintf(c->subject, sizeof c->subject, "%s",
                   note->subject != NULL ? note->subject : "");
    (void)snprintf(
        c->remedy, sizeof c->remedy, "%s",
        note->level != JUDGE_OK && note->remedy != NULL ? note->remedy : "");
    va_start(args, format);
    (void)vsnprintf(c->text, sizeof c->text, format, args);
    va_end(args);
}

/* ---- the hub ---- */

static void
judge_beat(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {
        .name = "beat",
        .remedy = "The hub's machine, or the network to it, is overloaded."};
    char longest[UNITS_MAX], watched[UNITS_MAX];

    units_span(longest, hub->longest_ms);
    units_span(watched, hub->watched_ms);
    if (hub->beats == 0) {
        note.level = JUDGE_FAIL;
        judge_add(j, &note, "none in %s; one a second is due", watched);
        return;
    }
    note.level = hub->longest_ms > BEAT_SLOW_MS ? JUDGE_WARN : JUDGE_OK;
    judge_add(j, &note, "%llu in %s, the longest pause was %s",
              (unsigned long long)hub->beats, watched, longest);
}

/* Every part of a bus may be of another version; it should be known. */
static void
judge_schema(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {.name = "version"};
    unsigned long long minor = hub->minor;

    if (minor == STATE_MINOR) {
        judge_add(j, &note, "the hub speaks protocol 1.%llu, as here", minor);
        return;
    }
    note.level = JUDGE_WARN;
    note.remedy = minor > STATE_MINOR ? "Update the programs on this machine."
                                      : "Update syncbus-aggregator.";
    judge_add(j, &note, "the hub speaks protocol 1.%llu, this is 1.%d", minor,
              STATE_MINOR);
}

static void
judge_control(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {.name = "control", .remedy = hub->control_hint};

    if (!hub->has_control)
        return;
    /* Nobody is called that: the hub itself answers. */
    if (hub->answer == REPLY_UNREACHABLE) {
        judge_add(j, &note, "commands reach the hub at %s", hub->control);
    } else {
        note.level = JUDGE_FAIL;
        if (hub->answer != REPLY_TIMEOUT)
            note.remedy = reply_code_info(hub->answer)->remedy[LANG_EN];
        judge_add(j, &note, "%s: %s", hub->control,
                  hub->answer == REPLY_TIMEOUT
                      ? "no answer to a command"
                      : reply_code_info(hub->answer)->text[LANG_EN]);
    }
}

void
judge_hub(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {.name = "bus", .remedy = hub->feed_hint};
    char span[UNITS_MAX];

    units_span(span, hub->snapshot_ms);
    if (!hub->has_snapshot) {
        note.level = JUDGE_FAIL;
        judge_add(j, &note, "no answer from the hub at %s", hub->feed);
        return;
    }
    if (hub->snapshot_ms > SNAPSHOT_SLOW_MS) {
        note.level = JUDGE_WARN;
        note.remedy = "The hub's machine, or the network to it, is slow.";
    }
    judge_add(j, &note, "the hub at %s told all it knows after %s", hub->feed,
              span);
    judge_beat(j, hub);
    judge_schema(j, hub);
    judge_control(j, hub);
}

/* ---- messages ---- */

static const char *
remedy_of(enum refusal reason)
{
    switch (reason) {
    case REFUSAL_IDENTITY:
        return "A peer publishes under an id its key does not have.";
    case REFUSAL_TWIN:
        return "Two engines have one id: give one of them another --id.";
    case REFUSAL_FULL:
        return "Start syncbus-aggregator with more --max-engines.";
    case REFUSAL_RATE:
        return "An engine publishes more than 20 messages a second: see the"
               " hub's log for which.";
    default:
        return "Another version, or another program, publishes on this bus:"
               " see the hub's log.";
    }
}

static void
judge_refused(struct judge *j, const struct roster *r)
{
    bool any = false;

    for (size_t i = 0; i < REFUSAL_COUNT; i++) {
        enum refusal reason = (enum refusal)i;
        unsigned long long seen = r->refused.seen[i];
        /* Late ones are a matter of course where machines restart. */
        struct judge_note note = {.name = "refused",
                                  .level = reason == REFUSAL_OLD ? JUDGE_OK
                                           : reason == REFUSAL_FULL
                                               ? JUDGE_FAIL
                                               : JUDGE_WARN,
                                  .remedy = remedy_of(reason)};

        if (seen == 0)
            continue;
        any = true;
        judge_add(j, &note, "the hub refused %llu messages: %s", seen,
                  refusal_token(reason));
    }
    if (!any) {
        judge_add(j, &(struct judge_note){.name = "refused"},
                  "the hub refused no message since its start");
    }
}

void
judge_messages(struct judge *j, const struct roster *r)
{
    struct judge_note note = {
        .name = "lost",
        .level = r->lost > 0 ? JUDGE_WARN : JUDGE_OK,
        .remedy = "This machine, or the network to the hub, is too slow for"
                  " what comes; nothing is wrong for good, each message"
                  " repairs the ones before."};

    judge_refused(j, r);
    judge_add(j, &note, "%llu messages were lost on the way here",
              (unsigned long long)r->lost);
    for (size_t i = 0; i < r->count; i++) {
        const struct copy_engine *e = &r->engines[i];

        if (e->verdict.lost == 0)
            continue;
        note.level = JUDGE_WARN;
        note.subject = e->id;
        note.remedy = "The network between the engine and the hub loses"
                      " messages, or one of the two is overloaded.";
        judge_add(j, &note, "%llu of its messages never reached the hub",
                  (unsigned long long)e->verdict.lost);
    }
}

/* ---- engines ---- */

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

/* ---- this machine ---- */

static void
judge_space(struct judge *j, const struct judge_folder *f)
{
    struct judge_note note = {.name = f->name,
                              .remedy = "Make room on that file system."};
    char bytes[UNITS_MAX];

    if (f->free_bytes < FREE_WARN)
        note.level = f->free_bytes < FREE_FAIL ? JUDGE_FAIL : JUDGE_WARN;
    units_bytes(bytes, f->free_bytes);
    judge_add(j, &note, "%s: %s free", f->path, bytes);
}

void
judge_folder(struct judge *j, const struct judge_folder *f)
{
    struct judge_note note = {.name = f->name, .level = JUDGE_FAIL};

    if (f->error != 0) {
        note.remedy = f->error == ENOENT
                          ? "Is the name right, is the disk mounted?"
                          : "See who owns it and its parents.";
        judge_add(j, &note, "%s: %s", f->path, strerrordesc_np(f->error));
        return;
    }
    if (!f->is_folder) {
        note.remedy = "Name the folder.";
        judge_add(j, &note, "%s is no folder", f->path);
        return;
    }
    if (!f->is_writable) {
        note.remedy = "Run this as the engine's user; if it is so even then,"
                      " change the folder's owner or mode.";
        judge_add(j, &note, "%s cannot be written to", f->path);
        return;
    }
    if (f->wants_private && !f->is_private) {
        note.level = JUDGE_WARN;
        note.remedy = "chmod 700 it.";
        judge_add(j, &note, "%s: others may look into it", f->path);
    }
    judge_space(j, f);
}
