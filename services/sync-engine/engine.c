/*
 * When to run.
 *
 * The main thread waits for the stop signal, for the clock and for the run
 * thread, and does all bookkeeping (journal, history, schedule); the run
 * thread only runs.  A run that is asked to stop ends at its next safe point
 * and is waited for.
 */
#include "services/sync-engine/engine.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/stop.h"
#include "services/sync-engine/bus/identity.h"
#include "services/sync-engine/bus/publish.h"
#include "services/sync-engine/cloud/local.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/run/run.h"
#include "services/sync-engine/schedule.h"
#include "services/sync-engine/state/journal.h"
#include "services/sync-engine/state/record.h"
#include "services/sync-engine/state/state_dir.h"
#include "services/sync-engine/wake.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct engine {
    struct engine_options opt;
    struct state_dir state_dir;
    struct repo *repo;
    struct progress *progress;
    struct publish *publish;
    struct history history;
    struct journal journal;
    struct cancel cancel;
    int done_fd; /* an eventfd: the run thread has ended */
    bool sweep;  /* a run was killed or failed: temporary files may be left */
    uint64_t failures; /* in a row */
    struct wake wake;
    struct run_result result;
    struct report report; /* of the run under way */
};

/* ---- setup ---- */

/* A run that never ended becomes a finished one with code `interrupted`. */
static int
find_interrupted(struct engine *e)
{
    struct state_last last = {0};
    int rc = journal_load(&e->journal, e->state_dir.fd);

    if (rc != 0)
        return rc == JOURNAL_NONE ? 0 : rc;
    e->sweep = true;
    rc = report_sweep(e->state_dir.fd);
    if (rc < 0)
        return rc;
    if (e->journal.run == 0 || e->journal.run > e->history.last.run) {
        record_interrupted(&last, &e->journal, e->opt.direction);
        if (last.run == 0)
            last.run = e->history.last.run + 1;
        log_line(LOG_WARN, "run %llu was interrupted: %s",
                 (unsigned long long)last.run, last.why);
        rc = history_add(&e->history, &last);
    }
    if (rc == 0)
        journal_end(&e->journal);
    return rc;
}

static int
open_repo(struct engine *e)
{
    const struct code_info *wrong_key = code_info(CODE_KEY_MISMATCH);
    struct repo_options opt = {.key = &e->opt.key};
    struct problem p = {0};
    char *path;
    int rc;

    if (asprintf(&path, "%s/repo", e->opt.state) < 0)
        return -ENOMEM;
    opt.path = path;
    rc = repo_open(&e->repo, &opt, &p);
    free(path);
    if (rc == 0 && e->opt.dry_run)
        objects_look_below(repo_objects(e->repo), e->opt.below_fd);
    if (rc < 0 && p.kind == PROBLEM_WRONG_KEY) {
        log_line(LOG_ERROR, "%s: %s. %s", wrong_key->token,
                 wrong_key->text[LANG_EN], wrong_key->remedy[LANG_EN]);
        return ENGINE_CONFIG;
    }
    return rc;
}

static int
start_bus(struct engine *e)
{
    const struct identity_options identity = {
        .id = e->opt.id,
        .host = e->opt.host,
        .local_path = e->opt.local_path,
        .cloud_name = e->opt.cloud_name,
        .key = &e->opt.key,
        .history = &e->history,
    };
    const struct publish_options publish = {.id = e->opt.id,
                                            .endpoint = e->opt.ingest};
    struct progress_options opt = {.now_ms = clock_monotonic_ms,
                                   .share_names = e->opt.share_names};
    struct publish_options started = publish;
    struct state base;
    int rc;

    identity_fill(&base, &identity);
    opt.base = &base;
    rc = progress_new(&e->progress, &opt);
    if (rc < 0)
        return rc;
    started.progress = e->progress;
    if (e->opt.dry_run)
        return 0;
    return publish_start(&e->publish, &started);
}

static int
open_all(struct engine *e)
{
    int rc = cancel_init(&e->cancel);

    if (rc < 0)
        return rc;
    e->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (e->done_fd < 0)
        return -errno;
    rc = state_dir_open(&e->state_dir, e->opt.state);
    if (rc < 0)
        return rc == -EBUSY || rc == -EINVAL ? ENGINE_CONFIG : rc;
    rc = history_load(&e->history, e->state_dir.fd);
    if (rc == 0)
        rc = find_interrupted(e);
    if (rc < 0) {
        log_line(LOG_ERROR, "state folder %s: %s", e->opt.state,
                 strerrordesc_np(-rc));
        return rc;
    }
    rc = open_repo(e);
    return rc != 0 ? rc : start_bus(e);
}

int
engine_new(struct engine **out, const struct engine_options *opt)
{
    struct engine *e = calloc(1, sizeof *e);
    int rc;

    *out = NULL;
    if (e == NULL)
        return -ENOMEM;
    e->opt = *opt;
    e->state_dir = (struct state_dir)STATE_DIR_NOTHING;
    e->cancel.fd = e->done_fd = -1;
    rc = open_all(e);
    if (rc != 0) {
        engine_free(e);
        return rc;
    }
    *out = e;
    return 0;
}

void
engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    wake_clear(&e->wake);
    publish_stop(e->publish);
    progress_free(e->progress);
    repo_close(e->repo);
    state_dir_close(&e->state_dir);
    cancel_clear(&e->cancel);
    if (e->done_fd >= 0)
        close(e->done_fd);
    key_wipe(&e->opt.key);
    free(e);
}

/* ---- one run ---- */

static void
on_step(void *ctx, const char *step)
{
    struct engine *e = ctx;
    int rc = journal_step(&e->journal, step);

    if (rc < 0) {
        log_line(LOG_WARN, "journal in %s: %s", e->opt.state,
                 strerrordesc_np(-rc));
    }
}

/* The store is opened for each run: a disk may be gone and come back. */
static void *
run_thread(void *arg)
{
    struct engine *e = arg;
    const struct local_options local = {.path = e->opt.local_path,
                                        .name = e->opt.cloud_name,
                                        .device = e->state_dir.device};
    struct run_options opt = {
        .direction = e->opt.direction,
        .repo = e->repo,
        .progress = e->progress,
        .cancel = &e->cancel,
        .workspace = e->opt.workspace,
        .state_fd = e->state_dir.fd,
        .device = e->state_dir.device,
        .host = e->opt.host,
        .workers = e->opt.workers,
        .dry_run = e->opt.dry_run,
        .sweep = e->sweep,
        .max_delete = e->opt.max_delete,
        .conflict_docs = e->opt.conflict_docs,
        .report = &e->report,
        .on_step = on_step,
        .ctx = e,
    };

    e->result = (struct run_result){0};
    if (local_open(&opt.store, &local, &e->result.fault) < 0) {
        /* It was there at start: it may come back. */
        if (e->result.fault.code == CODE_CONFIG)
            e->result.fault.code = CODE_UNAVAILABLE;
    } else {
        if (run_sync(&opt, &e->result) == 0)
            upkeep_run(&e->opt.upkeep, &opt);
        store_close(opt.store);
    }
    (void)eventfd_write(e->done_fd, 1);
    return NULL;
}

/* Wait for the run; a stop meanwhile cancels it.  True when asked to stop. */
static bool
wait_for_run(struct engine *e, int stop_fd)
{
    struct pollfd fds[] = {{.fd = e->done_fd, .events = POLLIN},
                           {.fd = stop_fd, .events = POLLIN}};
    bool stopping = false;
    eventfd_t ignored;

    while (eventfd_read(e->done_fd, &ignored) != 0) {
        (void)poll(fds, stopping ? 1 : 2, -1);
        if (!stopping && stop_requested(stop_fd)) {
            stopping = true;
            cancel_set(&e->cancel);
        }
    }
    return stopping;
}

/* What a run came to: history, log, bus. */
static void
finish_run(struct engine *e, struct state_last *last)
{
    char head[OID_HEX_MAX];
    bool cancelled = e->result.fault.code == CODE_CANCELLED;
    struct progress_outcome outcome = {
        .name = last->ok || cancelled ? STATE_IDLE : STATE_ERROR,
        .last = last,
        .head = e->result.has_head ? oid_to_hex(&e->result.head, head) : NULL,
    };
    uint64_t delay_ms;
    int rc;

    e->sweep = !last->ok;
    if (last->ok) {
        e->failures = 0;
    } else if (!cancelled) {
        e->failures++;
    }
    outcome.failures = e->failures;
    delay_ms = schedule_delay_ms(e->opt.interval_ms, e->failures);
    if (e->opt.automatic && !e->opt.once)
        outcome.next_at_ms = last->at_ms + delay_ms;
    wake_ran(&e->wake, &e->report, e->failures > 0, delay_ms);
    rc = report_save(&e->report, e->state_dir.fd, last->run);
    if (rc < 0) {
        log_line(LOG_ERROR, REPORT_FOLDER " in %s: %s", e->opt.state,
                 strerrordesc_np(-rc));
    }
    report_clear(&e->report);
    rc = history_add(&e->history, last);
    if (rc < 0) {
        log_line(LOG_ERROR, "runs.jsonl in %s: %s", e->opt.state,
                 strerrordesc_np(-rc));
    }
    journal_end(&e->journal);
    progress_end_run(e->progress, &outcome);
    if (!e->opt.dry_run || !last->ok)
        record_log(last, &e->result);
}

/* One whole run.  Returns 0 or -errno; *stopping when asked to stop. */
static int
perform(struct engine *e, int stop_fd, bool *stopping)
{
    uint64_t began_at_ms = clock_monotonic_ms();
    uint64_t run = e->history.last.run + 1;
    struct state_last last;
    pthread_t thread;
    int rc = journal_begin(&e->journal, e->state_dir.fd, run, clock_wall_ms());

    if (rc < 0) {
        log_line(LOG_WARN, "journal in %s: %s", e->opt.state,
                 strerrordesc_np(-rc));
    }
    progress_start_run(e->progress, run);
    rc = -pthread_create(&thread, NULL, run_thread, e);
    if (rc < 0) {
        log_line(LOG_ERROR, "cannot start a run: %s", strerrordesc_np(-rc));
        return rc;
    }
    *stopping = wait_for_run(e, stop_fd);
    pthread_join(thread, NULL);
    record_run(&last, &e->result, e->opt.direction,
               clock_monotonic_ms() - began_at_ms);
    last.run = run;
    finish_run(e, &last);
    return 0;
}

static int
run_once(struct engine *e, int stop_fd)
{
    bool stopping;
    int rc = perform(e, stop_fd, &stopping);

    if (rc < 0)
        return rc;
    if (e->opt.dry_run) /* the plan is all that goes there */
        return e->history.last.ok ? 0 : ENGINE_FAILED;
    rc = record_print(&e->history.last, &e->result);
    if (rc < 0)
        return rc;
    return e->history.last.ok ? 0 : ENGINE_FAILED;
}

/* A download undoes edits: they need no hurry. */
static int
run_daemon(struct engine *e, int stop_fd)
{
    bool stopping = false;
    int rc = 0;

    e->wake.automatic = e->opt.automatic;
    if (e->opt.watch && e->opt.automatic && e->opt.direction != RUN_DOWNLOAD)
        wake_watch(&e->wake, e->opt.workspace);
    while (rc == 0 && !stopping && wake_wait(&e->wake, stop_fd))
        rc = perform(e, stop_fd, &stopping);
    return rc;
}

int
engine_run(struct engine *e, int stop_fd)
{
    if (e->opt.once)
        return run_once(e, stop_fd);
    notify_ready("engine %s, workspace %s, store %s/%s, hub %s", e->opt.id,
                 e->opt.workspace, e->opt.local_path, e->opt.cloud_name,
                 e->opt.ingest);
    return run_daemon(e, stop_fd);
}
