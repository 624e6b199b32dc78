/*
 * When to run.
 *
 * The main thread waits for the stop signal, for the clock, for wishes of
 * others and for the run thread, and does all bookkeeping (journal, history,
 * schedule); the run thread only runs.  A run that is asked to stop ends at
 * its next safe point and is waited for.
 */
#include "services/sync-engine/engine.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/stop.h"
#include "services/sync-engine/bus/sisters.h"
#include "services/sync-engine/cloud/local.h"
#include "services/sync-engine/engine_state.h"
#include "services/sync-engine/schedule.h"
#include "services/sync-engine/state/record.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>

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
        .direction = e->direction,
        .repo = e->repo,
        .progress = e->bus.progress,
        .cancel = &e->cancel,
        .workspace = e->opt.workspace,
        .state_fd = e->state_dir.fd,
        .device = e->state_dir.device,
        .host = e->opt.host,
        .workers = e->opt.workers,
        .dry_run = e->opt.dry_run,
        .sweep = e->sweep,
        .mend = e->mend,
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

/* What is remembered of a run. */
static void
remember(struct engine *e, const struct state_last *last)
{
    int rc = report_save(&e->report, e->state_dir.fd, last->run);

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
}

/* What a run came to: history, log, bus. */
static void
finish_run(struct engine *e, struct state_last *last)
{
    char head[OID_HEX_MAX], found[OID_HEX_MAX];
    bool called_off = record_is_called_off(&e->result);
    bool enabled = orders_look(&e->orders).enabled;
    struct progress_outcome outcome = {
        .name = last->ok || called_off ? STATE_IDLE : STATE_ERROR,
        .last = last,
        .head = e->result.has_head ? oid_to_hex(&e->result.head, head) : NULL,
    };
    uint64_t delay_ms;

    e->sweep = !last->ok;
    if (last->ok) {
        e->failures = 0;
    } else if (!called_off) {
        e->failures++;
    }
    e->rest = outcome.name;
    if (!enabled)
        outcome.name = STATE_DISABLED;
    outcome.failures = e->failures;
    delay_ms = schedule_delay_ms(e->opt.interval_ms, e->failures);
    if (e->opt.automatic && !e->opt.once && enabled)
        outcome.next_at_ms = last->at_ms + delay_ms;
    wake_ran(&e->wake, &e->report, e->failures > 0, delay_ms);
    remember(e, last);
    sisters_run_ended(e->bus.sisters, last->ok || called_off,
                      e->result.has_head ? oid_to_hex(&e->result.found, found)
                                         : NULL,
                      outcome.head);
    progress_end_run(e->bus.progress, &outcome);
    orders_end(&e->orders);
    if (!e->opt.dry_run || !last->ok)
        record_log(last, &e->result);
}

/* Returns 0 or -errno; *stopping when asked to stop. */
static int
run_it(struct engine *e, uint64_t run, int stop_fd, bool *stopping)
{
    pthread_t thread;
    int rc = journal_begin(&e->journal, e->state_dir.fd, run, clock_wall_ms(),
                           run_direction_name(e->direction));

    if (rc < 0) {
        log_line(LOG_WARN, "journal in %s: %s", e->opt.state,
                 strerrordesc_np(-rc));
    }
    progress_start_run(e->bus.progress, run);
    rc = -pthread_create(&thread, NULL, run_thread, e);
    if (rc < 0) {
        log_line(LOG_ERROR, "cannot start a run: %s", strerrordesc_np(-rc));
        return rc;
    }
    *stopping = wait_for_run(e, stop_fd);
    pthread_join(thread, NULL);
    if (*stopping && e->result.fault.code == CODE_CANCELLED)
        fault_set(&e->result.fault, CODE_INTERRUPTED, "asked to stop");
    return 0;
}

/*
 * What an engine is set to protects workspace or store: it goes the other way
 * only when asked for that very way.  "Both" is no such wish.
 */
static enum run_direction
direction_of(const struct engine *e, const struct commands_order *order)
{
    return order->asked && order->direction != RUN_BOTH ? order->direction
                                                        : e->opt.direction;
}

/*
 * One whole run, unless it was switched off at the last moment.  Returns 0 or
 * -errno; *stopping when asked to stop.
 */
static int
perform(struct engine *e, int stop_fd, enum wake_reason why, bool *stopping)
{
    uint64_t began_at_ms = clock_monotonic_ms();
    struct commands_order order;
    struct state_last last;
    int rc = 0;

    if (!orders_begin(&e->orders, &order))
        return 0;
    e->direction = direction_of(e, &order);
    e->mend = e->direction == RUN_UPLOAD && why == WAKE_ORDER;
    sisters_run_begins(e->bus.sisters, why == WAKE_NEWS);
    if (order.revoked) {
        e->result = (struct run_result){0};
        fault_set(&e->result.fault, CODE_CANCELLED,
                  "called off before it began");
    } else {
        rc = run_it(e, order.run, stop_fd, stopping);
    }
    if (rc < 0)
        return rc;
    record_run(&last, &e->result, e->direction,
               clock_monotonic_ms() - began_at_ms);
    last.run = order.run;
    finish_run(e, &last);
    return 0;
}

static int
run_once(struct engine *e, int stop_fd)
{
    bool stopping;
    int rc = perform(e, stop_fd, WAKE_CLOCK, &stopping);

    if (rc < 0)
        return rc;
    if (e->opt.dry_run) /* the plan is all that goes there */
        return e->history.last.ok ? 0 : ENGINE_FAILED;
    rc = record_print(&e->history.last, &e->result);
    if (rc < 0)
        return rc;
    return e->history.last.ok ? 0 : ENGINE_FAILED;
}

/* ---- when to run ---- */

static void
look(void *ctx, struct wake *w)
{
    struct engine *e = ctx;
    struct commands_desk desk = orders_look(&e->orders);

    /* Whoever switches on wants to see it, also when a run was under way. */
    if (desk.switched_on != e->switched_on_seen)
        w->next_at_ms = 0;
    e->switched_on_seen = desk.switched_on;
    w->enabled = desk.enabled;
    w->ordered = desk.queued;
    w->news_at_ms = sisters_due_ms(e->bus.sisters);
}

static void
on_due(void *ctx, struct wake_due due)
{
    struct engine *e = ctx;
    uint64_t now_ms = clock_monotonic_ms();
    enum state_name name = e->rest;

    if (due.reason == WAKE_OFF) {
        name = STATE_DISABLED;
    } else if (due.reason == WAKE_EDITS || due.reason == WAKE_NEWS) {
        name = STATE_QUEUED;
    }
    progress_set_next(
        e->bus.progress,
        due.at_ms == WAKE_NEVER ? 0 : clock_wall_ms() + due.at_ms - now_ms);
    progress_set_name(e->bus.progress, name);
}

/* A download undoes edits: they need no hurry. */
static int
run_daemon(struct engine *e, int stop_fd)
{
    enum wake_reason why;
    bool stopping = false;
    int rc = 0;

    e->wake.hooks = (struct wake_hooks){
        .fd = e->orders.fd, .look = look, .on_due = on_due, .ctx = e};
    e->wake.automatic = e->opt.automatic;
    if (!e->switched_on) {
        log_line(LOG_WARN, "switched off over the bus: no run begins until it"
                           " is switched on again");
    }
    if (e->opt.watch && e->opt.automatic && e->opt.direction != RUN_DOWNLOAD)
        wake_watch(&e->wake, e->opt.workspace);
    while (rc == 0 && !stopping && wake_wait(&e->wake, stop_fd, &why))
        rc = perform(e, stop_fd, why, &stopping);
    return rc;
}

int
engine_run(struct engine *e, int stop_fd)
{
    if (e->opt.once)
        return run_once(e, stop_fd);
    notify_ready("engine %s, workspace %s, store %s/%s, hub %s", e->opt.id,
                 e->opt.workspace, e->opt.local_path, e->opt.cloud_name,
                 e->opt.hub.ingest);
    return run_daemon(e, stop_fd);
}
