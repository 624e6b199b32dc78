/*
 * doctor.c - `syncbus doctor`: looks at the bus for a few seconds, at every
 * engine and, where it is told their folders, at this machine; says what is
 * wrong and what to do.
 */
#include "services/runtime/clock.h"
#include "tools/syncbus/command.h"
#include "tools/syncbus/hue.h"
#include "tools/syncbus/judge.h"
#include "tools/syncbus/local.h"
#include "tools/syncbus/manual.h"
#include "tools/syncbus/output.h"
#include "tools/syncbus/row_json.h"
#include "tools/syncbus/term.h"
#include "tools/syncbus/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCH_MS   2300 /* two beats are due */
#define LOOK_MS    10
#define ASKED_MAX  20               /* engines that are sent a command */
#define NOBODY     "syncbus.doctor" /* an engine that does not exist */
#define LEVEL_COLS 4
#define NAME_COLS  14

struct doctor {
    struct session *session;
    const struct settings *settings;
    struct judge_hub hub;
    struct roster roster;
    struct judge judge;
};

/* Count beats until it is long enough.  Returns 0, or SESSION_FAILED: stop. */
static int
watch_beats(struct doctor *d)
{
    struct judge_hub *h = &d->hub;
    uint64_t start_ms = clock_boot_ms(), now_ms = start_ms;
    uint64_t last_ms = start_ms, seen = 0;

    for (; now_ms < start_ms + WATCH_MS; now_ms = clock_boot_ms()) {
        const struct copy *c = mirror_lock(d->session->mirror);
        uint64_t beat_at_ms = c->beat_at_ms;

        mirror_unlock(d->session->mirror);
        if (seen == 0)
            seen = beat_at_ms;
        if (beat_at_ms != seen) {
            h->beats++;
            seen = beat_at_ms;
            last_ms = now_ms;
        }
        if (now_ms - last_ms > h->longest_ms)
            h->longest_ms = now_ms - last_ms;
        if (session_sleep(d->session, LOOK_MS))
            return SESSION_FAILED;
    }
    h->watched_ms = now_ms - start_ms;
    return 0;
}

/* Returns 0; SESSION_FAILED: stop. */
static int
wait_snapshot(struct doctor *d)
{
    uint64_t start_ms = clock_boot_ms();

    do {
        const struct copy *c = mirror_lock(d->session->mirror);

        d->hub.has_snapshot = c->has_snapshot;
        d->hub.minor = c->hub_minor;
        mirror_unlock(d->session->mirror);
        d->hub.snapshot_ms = clock_boot_ms() - start_ms;
        if (d->hub.has_snapshot)
            return 0;
    } while (d->hub.snapshot_ms < SESSION_SNAPSHOT_MS + 1000 &&
             !session_sleep(d->session, LOOK_MS));
    return d->hub.snapshot_ms < SESSION_SNAPSHOT_MS + 1000 ? SESSION_FAILED : 0;
}

/* What a command is answered; REPLY_TIMEOUT when none came. */
static int
ask(struct doctor *d, const char *engine, enum reply_code *out)
{
    struct command command = {.minor = COMMAND_MINOR, .name = COMMAND_RUNS};
    struct reply *reply = malloc(sizeof *reply);
    int rc = reply != NULL ? session_try(d->session, engine, &command, reply)
                           : -ENOMEM;

    if (rc == 0)
        *out = reply->ok ? REPLY_OK : reply_code_find(reply->code);
    free(reply);
    return rc == -ESHUTDOWN ? SESSION_FAILED : rc;
}

static int
ask_engines(struct doctor *d)
{
    enum reply_code code;
    size_t asked = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < d->roster.count; i++) {
        const struct copy_engine *e = &d->roster.engines[i];

        if (e->shown == COPY_OFFLINE || e->shown == COPY_UNKNOWN ||
            asked == ASKED_MAX)
            continue;
        asked++;
        rc = ask(d, e->id, &code);
        if (rc == 0)
            judge_answer(&d->judge, e->id, code);
    }
    return rc;
}

/* ---- what it looks at ---- */

static int
examine_engines(struct doctor *d)
{
    const struct settings *settings = d->settings;
    struct judge_note missing = {.name = "engine",
                                 .level = JUDGE_FAIL,
                                 .remedy = "Is it running, with the same"
                                           " --hub, under this --id?"};
    int rc = roster_take(&d->roster, d->session->mirror, &settings->engines);

    if (rc != 0)
        return rc;
    judge_messages(&d->judge, &d->roster);
    for (size_t i = 0; i < d->roster.count; i++)
        judge_engine(&d->judge, &d->roster.engines[i], &d->roster);
    for (size_t i = 0; i < settings->engines.count; i++) {
        missing.subject = settings->engines.value[i];
        if (roster_find(&d->roster, missing.subject) == NULL)
            judge_add(&d->judge, &missing, "the hub does not know it");
    }
    missing.level = JUDGE_WARN;
    missing.subject = NULL;
    if (d->roster.known == 0)
        judge_add(&d->judge, &missing, "no engine is known to the hub");
    return ask_engines(d);
}

static int
examine_bus(struct doctor *d)
{
    struct judge_hub *h = &d->hub;
    int rc = wait_snapshot(d);

    if (rc == 0 && h->has_snapshot)
        rc = watch_beats(d);
    if (rc == 0 && h->has_snapshot) {
        h->has_control = true;
        rc = ask(d, NOBODY, &h->answer);
    }
    h->feed_hint = session_hint(h->feed);
    h->control_hint = session_hint(h->control);
    judge_hub(&d->judge, h);
    local_check_socket(&d->judge, h->feed);
    return rc == 0 && h->has_snapshot ? examine_engines(d) : rc;
}

/* ---- what it says ---- */

static int
print_json(const struct judge *j)
{
    json_t *checks = json_array();

    for (size_t i = 0; i < j->count; i++) {
        const struct judge_check *c = &j->checks[i];
        json_t *row = json_pack(
            "{ss ss ss so so}", "level", judge_token(c->level), "check",
            c->name, "engine", c->subject, "text", row_json_text(c->text),
            "remedy", row_json_text(c->remedy));

        if (json_array_append_new(checks, row) != 0) {
            json_decref(checks);
            return -ENOMEM;
        }
    }
    return output_json(json_pack("{sb so}", "ok", judge_worst(j) != JUDGE_FAIL,
                                 "checks", checks));
}

static void
print_check(const struct judge_check *c, const struct term *term)
{
    static const enum hue hues[] = {HUE_GREEN, HUE_YELLOW, HUE_RED};
    char text[2 * JUDGE_TEXT_MAX], remedy[2 * JUDGE_TEXT_MAX];
    bool hued = term->hues;

    text_safe(text, sizeof text, c->text);
    text_safe(remedy, sizeof remedy, c->remedy);
    (void)printf("%s%-*s%s  %-*s%s%s%s\n",
                 hued ? hue_begin(hues[c->level]) : "", LEVEL_COLS,
                 judge_token(c->level), hued ? HUE_END : "", NAME_COLS, c->name,
                 c->subject, c->subject[0] != '\0' ? ": " : "", text);
    if (remedy[0] != '\0')
        (void)printf("%*s-> %s\n", LEVEL_COLS + 2, "", remedy);
}

static int
print(const struct judge *j, const struct settings *settings)
{
    struct term term = term_look(STDOUT_FILENO);
    size_t warnings = judge_count(j, JUDGE_WARN);

    if (settings->json)
        return print_json(j);
    for (size_t i = 0; i < j->count; i++)
        print_check(&j->checks[i], &term);
    (void)printf("\n%zu checks: %zu ok, %zu warning%s, %zu failed\n", j->count,
                 judge_count(j, JUDGE_OK), warnings, warnings == 1 ? "" : "s",
                 judge_count(j, JUDGE_FAIL));
    return 0;
}

static int
run(struct session *s, const struct settings *settings)
{
    struct doctor d = {.session = s,
                       .settings = settings,
                       .hub = {.feed = s->hub.feed, .control = s->hub.control}};
    int rc = command_check_engines(settings);

    if (rc == 0)
        rc = examine_bus(&d);
    if (rc == 0) {
        local_check_folders(&d.judge, settings);
        rc = print(&d.judge, settings);
    }
    if (rc == 0 && judge_worst(&d.judge) == JUDGE_FAIL)
        rc = SESSION_FAILED;
    judge_clear(&d.judge);
    roster_clear(&d.roster);
    return rc;
}

static const struct option_row rows[] = {
    {.name = "state",
     .argument = "DIR",
     .help = "Also look at the state folder of an engine of this machine",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, state)},
    {.name = "workspace",
     .argument = "DIR",
     .help = "Likewise, at its workspace",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, workspace)},
    {.name = "local-path",
     .argument = "DIR",
     .help = "Likewise, at the folder that is its store",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, local_path)},
    {.name = "json",
     .help = "One JSON object for programs",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, json)},
};

static const struct option_table table = {
    .program = "syncbus doctor",
    .purpose = "Look for what is wrong, and say what to do about it.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .shared = &hub_address_options,
    .operands = &command_engines_row,
    .operand_count = 1,
    .log_level = "error",
    .manual = &manual_doctor,
};

const struct command_entry command_doctor = {
    .table = &table,
    .needs = HUB_FEED | HUB_CONTROL,
    .run = run,
};
