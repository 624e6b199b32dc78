/*
 * The upload run.
 *
 * Each step is a function of the run; the table at the end is the order.
 * A step returns 0 to go on, RUN_DONE to end well, or a negative value with
 * the fault filled.  Nothing is undone on failure but the lock: what was sent
 * is unreferenced until refs/latest names it, and the next run finds it there.
 */
#include "services/sync-engine/run.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/run_state.h"

#include <errno.h>

unsigned
run_send_weight(const struct run *r)
{
    return (r->opt->store->flags & STORE_IS_DISK) != 0 ? RUN_WEIGHT_SEND_DISK
                                                       : RUN_WEIGHT_SEND_REMOTE;
}

uint64_t
run_send_units(const struct run *r, uint64_t objects, uint64_t bytes)
{
    uint64_t send = progress_units(objects, bytes, run_send_weight(r));

    /* The barrier at the end takes about a tenth of the copying. */
    return send + send / 10 + progress_units(RUN_INDEX_PUTS, 0, 1);
}

void
run_enter(const struct run *r, enum phase phase, uint64_t items)
{
    progress_enter(r->opt->progress,
                   &(struct progress_phase){.phase = phase, .items = items});
}

/* A problem of repo/ as a fault. */
int
run_forward(const struct run *r, int rc, const struct problem *p)
{
    static const enum code codes[] = {
        [PROBLEM_NONE] = CODE_INTERNAL,
        [PROBLEM_NO_WORKSPACE] = CODE_CONFIG,
        [PROBLEM_EMPTY_WORKSPACE] = CODE_EMPTY_WORKSPACE,
        [PROBLEM_BUSY_FILE] = CODE_BUSY_FILE,
        [PROBLEM_UNREADABLE] = CODE_PERMISSION,
        [PROBLEM_UNSAFE_PATH] = CODE_UNSAFE_PATH,
        [PROBLEM_DISK_FULL] = CODE_DISK_FULL,
        [PROBLEM_DAMAGED] = CODE_REPO_DAMAGED,
        [PROBLEM_WRONG_KEY] = CODE_KEY_MISMATCH,
        [PROBLEM_CANCELLED] = CODE_CANCELLED,
        [PROBLEM_PERMISSION] = CODE_PERMISSION,
        [PROBLEM_SYSTEM] = CODE_INTERNAL,
    };

    fault_set(r->fault, codes[p->kind], "%s", p->text);
    return rc;
}

bool
run_is_published(const struct run *r)
{
    return !r->cloud_empty && oid_equal(&r->cloud_id, &r->snapshot.index.id);
}

int
run_should_stop(void *ctx, struct fault *f)
{
    const struct run *r = ctx;

    if (atomic_load_explicit(&r->opt->cancel->set, memory_order_relaxed)) {
        fault_set(f, CODE_CANCELLED, "asked to stop");
        return -ECANCELED;
    }
    return lock_keeper_is_lost(r->keeper) ? lock_keeper_check(r->keeper, f) : 0;
}

static const struct step {
    const char *name;
    int (*fn)(struct run *r);
} steps[] = {
    {"snapshot", run_make_snapshot},
    {"preflight", run_preflight},
    {"lock", run_take_lock},
    {"compare", run_compare},
    {"check-room", run_check_room},
    {"plan", run_make_plan},
    {"send-chunks", run_send_chunks},
    {"send-files", run_send_files},
    {"flush", run_flush},
    {"send-index", run_send_index},
    {"send-latest", run_send_latest},
    {"send-entry", run_send_entry},
    {"set-base", run_set_base},
};

static void
finish(struct run *r)
{
    if (r->lock.held)
        run_enter(r, PHASE_UNLOCK, 0);
    lock_keeper_stop(r->keeper);
    lock_drop(&r->lock);
    plan_clear(&r->plan);
    arena_clear(&r->cloud_arena);
    snapshot_clear(&r->snapshot);
}

static int
take_step(struct run *r, const struct step *step)
{
    uint64_t began_at_ms = clock_monotonic_ms();
    int rc = step->fn(r);

    log_line(LOG_DEBUG, "step %s: %s, %llu ms", step->name,
             rc < 0 ? "failed" : "done",
             (unsigned long long)(clock_monotonic_ms() - began_at_ms));
    if (rc == 0 && r->opt->on_step != NULL)
        r->opt->on_step(r->opt->ctx, step->name);
    return rc;
}

int
run_upload(const struct run_options *opt, struct run_result *out)
{
    struct run r = {
        .opt = opt,
        .out = out,
        .fault = &out->fault,
        .remote = {.store = opt->store, .repo = opt->repo},
        .started_at_ms = clock_monotonic_ms(),
    };
    int rc = 0;

    *out = (struct run_result){0};
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++)
        rc = take_step(&r, &steps[i]);
    finish(&r);
    if (rc >= 0)
        out->fault = (struct fault){0};
    return rc < 0 ? rc : 0;
}
