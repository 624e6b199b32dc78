/*
 * control.c - `syncbus sync`, `cancel`, `enable` and `disable`: one command to
 * one engine, and its reply.
 */
#include "services/bus-client/await.h"
#include "services/runtime/clock.h"
#include "tools/syncbus/command.h"
#include "tools/syncbus/engine_text.h"
#include "tools/syncbus/manual.h"
#include "tools/syncbus/progress_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICE_MS 100 /* between two looks at the stop signal */

/* Send it to the engine that is meant; says nothing when all is well. */
static int
send_command(struct session *s, const struct settings *settings,
             const struct command *command, struct reply **reply,
             char engine[TOPIC_ID_MAX])
{
    int rc = session_pick(s, settings->engine, engine);

    *reply = NULL;
    if (rc != 0)
        return rc;
    *reply = malloc(sizeof **reply);
    return *reply != NULL ? session_call(s, engine, command, *reply) : -ENOMEM;
}

/* ---- sync ---- */

static int
say_ended(const char *engine, const struct state_last *last)
{
    char text[ENGINE_TEXT_MAX];

    engine_text_run(text, last);
    if (last->ok) {
        (void)printf("%s: run %" PRIu64 " %s\n", engine, last->run, text);
        return 0;
    }
    return session_complain(NULL, "%s: run %" PRIu64 " %s", engine, last->run,
                            text);
}

/* Who is out of sight: the engine, or all of them? */
static int
say_lost(struct session *s, const char *engine, uint64_t run)
{
    bool up = mirror_lock(s->mirror)->bus_up;

    mirror_unlock(s->mirror);
    if (!up) {
        return session_complain(session_hint(s->hub.feed),
                                "%s: the hub at %s fell silent; run %" PRIu64
                                " was not seen to end",
                                engine, s->hub.feed, run);
    }
    return session_complain("`syncbus doctor` looks for the reason; the"
                            " run may have ended all the same, see"
                            " `syncbus log`.",
                            "%s: the engine is gone, restarted or disabled"
                            "; run %" PRIu64 " was not seen to end",
                            engine, run);
}

static int
say_not_ended(struct session *s, const char *engine, uint64_t run, int rc)
{
    switch (rc) {
    case -ENOTCONN:
        return say_lost(s, engine, run);
    case -ETIMEDOUT:
        return session_complain("It goes on; `syncbus watch` shows it, and"
                                " --timeout waits longer.",
                                "%s: run %" PRIu64 " has not ended in time",
                                engine, run);
    case -EINTR:
        return session_complain("It goes on; `syncbus cancel` stops it.",
                                "%s: no longer waiting for run %" PRIu64,
                                engine, run);
    default:
        return rc;
    }
}

static int
wait_for_run(struct session *s, const struct settings *settings,
             const char *engine, uint64_t run)
{
    struct await await = {.mirror = s->mirror, .engine = engine, .run = run};
    struct state_last last;
    uint64_t now_ms = clock_boot_ms();
    uint64_t until_ms = settings->timeout_s > 0
                            ? now_ms + (uint64_t)settings->timeout_s * 1000
                            : UINT64_MAX;
    int rc;

    (void)fprintf(stderr, "%s: waiting for run %" PRIu64 "\n", engine, run);
    do {
        now_ms = clock_boot_ms();
        await.until_ms =
            until_ms - now_ms > SLICE_MS ? now_ms + SLICE_MS : until_ms;
        rc = await_run(&await, &last);
        progress_line_draw(s->mirror, engine);
        if (rc == -ETIMEDOUT && session_sleep(s, 0))
            rc = -EINTR;
    } while (rc == -ETIMEDOUT && clock_boot_ms() < until_ms);
    progress_line_clear();
    return rc == 0 ? say_ended(engine, &last)
                   : say_not_ended(s, engine, run, rc);
}

static int
run_sync(struct session *s, const struct settings *settings)
{
    struct command command = {.minor = COMMAND_MINOR, .name = COMMAND_SYNC};
    char engine[TOPIC_ID_MAX];
    struct reply *reply = NULL;
    int rc = 0;

    if (settings->upload && settings->download) {
        (void)session_complain(NULL,
                               "--upload and --download exclude each other;"
                               " without them: as the engine is set");
        return PROGRAM_USAGE;
    }
    if (settings->upload || settings->download)
        command.dir = settings->upload ? COMMAND_UPLOAD : COMMAND_DOWNLOAD;
    /* A copy that came later could miss the engine's start. */
    if (settings->wait)
        rc = session_wait_snapshot(s);
    if (rc == 0)
        rc = send_command(s, settings, &command, &reply, engine);
    if (rc == 0 && !settings->wait) {
        (void)printf("%s: run %" PRIu64 " will do it\n", engine, reply->run);
    } else if (rc == 0) {
        rc = wait_for_run(s, settings, engine, reply->run);
    }
    free(reply);
    return rc;
}

static const struct option_row sync_rows[] = {
    {.name = "upload",
     .help = "Only send, change nothing in the workspace",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, upload)},
    {.name = "download",
     .help = "Only receive, send nothing: the store wins, and what was edited"
             " here goes to history/",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, download)},
    {.name = "wait",
     .help = "Wait until the run has ended; exit 0 only if it ended well",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, wait)},
    {.name = "timeout",
     .argument = "SECONDS",
     .variable = "sync-timeout",
     .help = "With --wait: give up after this long (0: never)",
     .fallback = "0",
     .kind = OPTION_NUMBER,
     .max = 1000000,
     .offset = offsetof(struct settings, timeout_s)},
};

static const struct option_row engine_operand = {
    .name = "engine",
    .argument = "ENGINE",
    .help = "The engine; not needed when only one is live",
    .kind = OPTION_TEXT,
    .offset = offsetof(struct settings, engine),
};

static const struct option_table sync_table = {
    .program = "syncbus sync",
    .purpose = "Ask an engine for a run now.",
    .rows = sync_rows,
    .count = sizeof sync_rows / sizeof *sync_rows,
    .shared = &hub_address_options,
    .operands = &engine_operand,
    .operand_count = 1,
    .log_level = "error",
    .manual = &manual_sync,
};

const struct command_entry command_sync = {
    .table = &sync_table,
    .needs = HUB_FEED | HUB_CONTROL,
    .run = run_sync,
};

/* ---- cancel ---- */

static int
run_cancel(struct session *s, const struct settings *settings)
{
    struct command command = {.minor = COMMAND_MINOR, .name = COMMAND_CANCEL};
    char engine[TOPIC_ID_MAX];
    struct reply *reply = NULL;
    int rc;

    if (options_given("run")) {
        command.has = COMMAND_HAS_RUN;
        command.run = (uint64_t)settings->run;
    }
    rc = send_command(s, settings, &command, &reply, engine);
    if (rc == 0) {
        (void)printf("%s: %s\n", engine,
                     "stops at the next safe point, if it is in a run");
    }
    free(reply);
    return rc;
}

static const struct option_row cancel_rows[] = {
    {.name = "run",
     .argument = "N",
     .help = "Only if it is this run that is under way",
     .kind = OPTION_NUMBER,
     .max = 1000000000,
     .offset = offsetof(struct settings, run)},
};

static const struct option_table cancel_table = {
    .program = "syncbus cancel",
    .purpose = "Stop the run of an engine at its next safe point.",
    .rows = cancel_rows,
    .count = sizeof cancel_rows / sizeof *cancel_rows,
    .shared = &hub_address_options,
    .operands = &engine_operand,
    .operand_count = 1,
    .log_level = "error",
    .manual = &manual_cancel,
};

const struct command_entry command_cancel = {
    .table = &cancel_table,
    .needs = HUB_FEED | HUB_CONTROL,
    .run = run_cancel,
};

/* ---- enable, disable ---- */

static int
switch_engine(struct session *s, const struct settings *settings,
              enum command_name name)
{
    struct command command = {.minor = COMMAND_MINOR, .name = name};
    char engine[TOPIC_ID_MAX];
    struct reply *reply = NULL;
    int rc = send_command(s, settings, &command, &reply, engine);

    if (rc == 0) {
        bool enabled = (reply->has & REPLY_HAS_ENABLED) != 0
                           ? reply->enabled
                           : name == COMMAND_ENABLE;

        (void)printf("%s: %s\n", engine, enabled ? "enabled" : "disabled");
    }
    free(reply);
    return rc;
}

static int
run_enable(struct session *s, const struct settings *settings)
{
    return switch_engine(s, settings, COMMAND_ENABLE);
}

static int
run_disable(struct session *s, const struct settings *settings)
{
    return switch_engine(s, settings, COMMAND_DISABLE);
}

static const struct option_table enable_table = {
    .program = "syncbus enable",
    .purpose = "Let an engine sync again, after `disable`.",
    .shared = &hub_address_options,
    .operands = &engine_operand,
    .operand_count = 1,
    .log_level = "error",
};

static const struct option_table disable_table = {
    .program = "syncbus disable",
    .purpose = "Keep an engine from syncing until `enable`.",
    .shared = &hub_address_options,
    .operands = &engine_operand,
    .operand_count = 1,
    .log_level = "error",
};

const struct command_entry command_enable = {
    .table = &enable_table,
    .needs = HUB_FEED | HUB_CONTROL,
    .run = run_enable,
};

const struct command_entry command_disable = {
    .table = &disable_table,
    .needs = HUB_FEED | HUB_CONTROL,
    .run = run_disable,
};
