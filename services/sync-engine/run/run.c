/*
 * The run: each step is a function of it, a table per direction is the order.
 *
 * Nothing is undone on failure but the lock: what was sent is unreferenced
 * until refs/latest names it, what was written here is a version of the store,
 * and the next run finds both.
 */
#include "services/sync-engine/run/run.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/run/forward.h"
#include "services/sync-engine/run/run_state.h"

#include <errno.h>
#include <stdlib.h>

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

int
run_forward(const struct run *r, int rc, const struct problem *p)
{
    return forward_problem(r->fault, rc, p);
}

bool
run_is_published(const struct run *r)
{
    return !r->cloud_empty && oid_equal(&r->cloud_id, &r->snapshot.index.id);
}

const struct oid *
run_new_latest(const struct run *r)
{
    return r->merge.settled.latest == SETTLE_CLOUD ? &r->cloud_id
                                                   : &r->snapshot.index.id;
}

int
run_should_stop(void *ctx, struct fault *f)
{
    const struct run *r = ctx;

    if (atomic_load_explicit(&r->opt->cancel->set, memory_order_relaxed)) {
        fault_set(f, CODE_CANCELLED, "asked to stop");
        return -ECANCELED;
    }
    if (r->keeper == NULL)
        return 0;
    return lock_keeper_is_lost(r->keeper) ? lock_keeper_check(r->keeper, f) : 0;
}

struct step {
    const char *name;
    int (*fn)(struct run *r);
};

static const struct step upload_steps[] = {
    {"sweep", run_sweep},
    {"snapshot", run_make_snapshot},
    {"preflight", run_preflight},
    {"lock", run_take_lock},
    {"compare", run_compare},
    {"differ", run_differ},
    {"agree", run_agree},
    {"check-room", run_check_room},
    {"plan", run_make_plan},
    {"send-chunks", run_send_chunks},
    {"send-files", run_send_files},
    {"flush", run_flush},
    {"send-index", run_send_index},
    {"send-latest", run_send_latest},
    {"send-entry", run_send_entry},
    {"set-base", run_set_base},
    {NULL, NULL},
};

static const struct step both_steps[] = {
    {"sweep", run_sweep},
    {"snapshot", run_make_snapshot},
    {"preflight", run_preflight},
    {"lock", run_take_lock},
    {"compare", run_compare},
    {"differ", run_differ},
    {"agree", run_agree},
    {"fetch-files", run_fetch_files},
    {"fetch-chunks", run_fetch_chunks},
    {"merge", run_merge},
    {"check-room", run_check_room},
    {"plan", run_make_plan},
    {"send-chunks", run_send_chunks},
    {"send-files", run_send_files},
    {"keep", run_keep},
    {"checkout", run_checkout},
    {"merged-snapshot", run_make_merged},
    {"plan-merged", run_plan_merged},
    {"send-merged-chunks", run_send_chunks},
    {"send-merged-files", run_send_files},
    {"flush", run_flush},
    {"send-index", run_send_index},
    {"send-latest", run_send_latest},
    {"send-entry", run_send_entry},
    {"set-latest", run_set_latest},
    {"set-base", run_set_base},
    {"conflict-docs", run_add_conflict_docs},
    {NULL, NULL},
};

static const struct step download_steps[] = {
    {"sweep", run_sweep},
    {"snapshot", run_make_snapshot},
    {"preflight", run_preflight},
    {"lock", run_take_lock},
    {"compare", run_compare},
    {"differ", run_differ},
    {"agree", run_agree},
    {"fetch-files", run_fetch_files},
    {"fetch-chunks", run_fetch_chunks},
    {"merge", run_merge},
    {"keep", run_keep},
    {"checkout", run_checkout},
    {"merged-snapshot", run_make_merged},
    {"set-latest", run_set_latest},
    {"set-base", run_set_base},
    {"conflict-docs", run_add_conflict_docs},
    {NULL, NULL},
};

/* No lock, and a repository that is thrown away. */
static const struct step dry_steps[] = {
    {"snapshot", run_make_snapshot},
    {"compare", run_compare},
    {"differ", run_differ},
    {"agree", run_agree},
    {"fetch-files", run_fetch_files},
    {"fetch-ignore", run_fetch_ignore},
    {"merge", run_merge},
    {"tell", run_tell},
    {NULL, NULL},
};

static const struct step dry_upload_steps[] = {
    {"snapshot", run_make_snapshot},
    {"compare", run_compare},
    {"differ", run_differ},
    {"agree", run_agree},
    {"fetch-files", run_fetch_files},
    {"tell", run_tell},
    {NULL, NULL},
};

static const struct direction {
    const char *name;
    const struct step *steps, *dry_steps;
} directions[] = {
    [RUN_BOTH] = {"both", both_steps, dry_steps},
    [RUN_UPLOAD] = {"upload", upload_steps, dry_upload_steps},
    [RUN_DOWNLOAD] = {"download", download_steps, dry_steps},
};

const char *
run_direction_name(enum run_direction direction)
{
    return directions[direction].name;
}

void
run_forget(struct run *r)
{
    struct run_merge *m = &r->merge;

    plan_clear(&r->plan);
    free(m->missing.objects);
    m->missing = (struct plan_list){0};
    merge_plan_clear(&m->plan);
    file_list_clear(&m->cloud);
    file_list_clear(&m->base_files);
    difference_clear(&m->differ);
    m->base = (struct index_record){0};
    arena_clear(&m->base_arena);
    m->has_base = false;
    snapshot_clear(&m->before);
    m->settled = (struct settlement){0};
    m->merged = false;
    r->cloud = (struct index_record){0};
    arena_clear(&r->cloud_arena);
    snapshot_clear(&r->snapshot);
    r->publish = false;
    r->attempt = 0;
}

static void
finish(struct run *r)
{
    if (r->lock.held)
        run_enter(r, PHASE_UNLOCK, 0);
    lock_keeper_stop(r->keeper);
    lock_drop(&r->lock);
    run_forget(r);
    r->out->conflicts = r->report.conflict_count;
    if (r->opt->report != NULL) {
        *r->opt->report = r->report;
    } else {
        report_clear(&r->report);
    }
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

static int
take_all_steps(struct run *r)
{
    const struct direction *d = &directions[r->opt->direction];
    const struct step *steps = r->opt->dry_run ? d->dry_steps : d->steps;
    int rc = 0;

    for (size_t i = 0; rc == 0 && steps[i].name != NULL; i++)
        rc = take_step(r, &steps[i]);
    return rc;
}

int
run_sync(const struct run_options *opt, struct run_result *out)
{
    struct run r = {
        .opt = opt,
        .out = out,
        .fault = &out->fault,
        .remote = {.store = opt->store, .repo = opt->repo, .mend = opt->mend},
        .started_at_ms = clock_monotonic_ms(),
        .merge.started_ms = (int64_t)clock_wall_ms(),
    };
    int rc;

    *out = (struct run_result){0};
    do {
        rc = take_all_steps(&r);
        if (rc == RUN_AGAIN)
            run_forget(&r);
    } while (rc == RUN_AGAIN);
    finish(&r);
    if (rc >= 0)
        out->fault = (struct fault){0};
    return rc < 0 ? rc : 0;
}
