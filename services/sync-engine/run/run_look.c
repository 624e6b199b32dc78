/*
 * The steps of a run that look before anything is sent: what we have, what
 * the store has, whether we may and there is room.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/cloud/skew.h"
#include "services/sync-engine/repo/refs.h"

#include <errno.h>
#include <sys/random.h>

#define LOCK_SPREAD_MS 2000

/* How much is ahead is known when the changed files are counted. */
static void
plan_all(const struct run *r, const struct snapshot_progress *now)
{
    uint64_t index =
        progress_units(now->files_total, now->bytes_total, RUN_WEIGHT_INDEX);

    progress_plan(
        r->opt->progress,
        index + run_send_units(r, 2 * now->files_total, now->bytes_total));
}

static void
on_snapshot(void *ctx, const struct snapshot_progress *now)
{
    static const enum phase phases[] = {
        [SNAPSHOT_WALK] = PHASE_WALK,
        [SNAPSHOT_LOAD] = PHASE_LOAD,
        [SNAPSHOT_STORE] = PHASE_INDEX,
        [SNAPSHOT_COMMIT] = PHASE_INDEX,
    };
    struct run *r = ctx;

    if (now->attempt != r->attempt || now->step != r->snapshot_step) {
        struct progress_phase phase = {.phase = phases[now->step],
                                       .items = now->files_total,
                                       .bytes = now->bytes_total};

        if (now->step == SNAPSHOT_STORE) {
            plan_all(r, now);
            phase.weight = RUN_WEIGHT_INDEX;
        }
        if (now->step != SNAPSHOT_COMMIT)
            progress_enter(r->opt->progress, &phase);
        r->attempt = now->attempt;
        r->snapshot_step = now->step;
    }
    progress_set(r->opt->progress, now->files, now->bytes, now->item);
}

int
run_snapshot_again(struct run *r)
{
    const struct snapshot_options opt = {
        .workspace = r->opt->workspace,
        .memo = r->merge.merged ? RUN_MEMO_MERGE : RUN_MEMO,
        .system_id = r->opt->device,
        .system_name = r->opt->host,
        .may_be_empty = r->opt->direction != RUN_UPLOAD,
        .look_only = r->opt->dry_run,
        .cancel = &r->opt->cancel->set,
        .on_progress = on_snapshot,
        .ctx = r,
    };
    struct problem p = {0};
    int rc;

    run_enter(r, PHASE_WALK, 0);
    rc = snapshot_make(&r->snapshot, r->opt->repo, &opt, &p);
    return rc < 0 ? run_forward(r, rc, &p) : rc;
}

int
run_make_snapshot(struct run *r)
{
    struct problem p = {0};
    struct oid ignored;
    int rc = skew_check_now(clock_wall_ms(), r->fault);

    if (rc < 0)
        return rc;
    rc = refs_read(r->opt->repo, REFS_LATEST, &ignored, &p);
    if (rc < 0)
        return run_forward(r, rc, &p);
    /* A run that begins again has made the first one itself. */
    if (rc == REFS_ABSENT)
        r->merge.first = true;
    r->merge.seen_at_ms = (int64_t)clock_wall_ms();
    rc = run_snapshot_again(r);
    if (rc < 0)
        return rc;
    r->merge.joining = rc == SNAPSHOT_NONE;
    return 0;
}

/* What the store had after our last run; absent counts as "something else". */
static int
is_base(const struct run *r, const struct oid *id, bool *same)
{
    struct problem p = {0};
    struct oid base;
    int rc = refs_read(r->opt->repo, REFS_LATEST_SYNC, &base, &p);

    *same = rc == 0 && oid_equal(&base, id);
    return rc < 0 ? run_forward(r, rc, &p) : 0;
}

/*
 * Fetch the store's latest snapshot's id.  Returns 0 and *same telling whether
 * it is ours; its index is then there.
 */
static int
fetch_ref(struct run *r, bool *same)
{
    int rc;

    run_enter(r, PHASE_FETCH_REF, 1);
    rc = remote_read_latest(&r->remote, &r->cloud_id, r->fault);
    r->cloud_empty = rc == REMOTE_EMPTY;
    if (rc == 0 && run_is_published(r))
        rc = remote_check_index(&r->remote, &r->cloud_id, r->fault);
    rc = run_mend_latest(r, rc);
    if (rc < 0)
        return rc;
    *same = run_is_published(r);
    r->out->has_head = !r->cloud_empty;
    r->out->head = r->out->found = r->cloud_id;
    progress_add(r->opt->progress, 1, 0, NULL);
    return 0;
}

/* A device with nothing and a store with nothing have nothing to sync. */
static int
check_anything(const struct run *r)
{
    if (!r->merge.joining || !r->cloud_empty ||
        r->opt->direction == RUN_DOWNLOAD)
        return 0;
    return fault_set(r->fault, CODE_EMPTY_WORKSPACE,
                     "%s/data holds no file to synchronise, and neither does "
                     "the store",
                     r->opt->workspace);
}

/*
 * Without the lock: most runs find nothing to do and disturb nobody.  Not
 * after a run that was killed: its lock and its temporary files in the store
 * go under the lock.  A store that is to be made whole is looked at there, too.
 */
int
run_preflight(struct run *r)
{
    bool may_end = !r->opt->sweep;
    bool same;
    bool known;
    int rc;

    if (r->lock.held || r->opt->mend)
        return 0; /* the first: begun again */
    rc = fetch_ref(r, &same);
    if (rc == 0)
        rc = check_anything(r);
    if (rc < 0 || !may_end)
        return rc;
    if (r->cloud_empty && r->opt->direction == RUN_DOWNLOAD)
        return RUN_DONE;
    if (same) {
        rc = is_base(r, &r->cloud_id, &known);
        /* Unknown: an earlier run ended right behind its commit point. */
        return rc < 0 ? rc : known ? RUN_DONE : 0;
    }
    return 0;
}

static uint64_t
wall_ms(void *ctx)
{
    (void)ctx;
    return clock_wall_ms();
}

/* Those who began to wait together do not come back together. */
static int
wait_for_lock(void *ctx, unsigned ms)
{
    const struct run *r = ctx;
    uint32_t chance = 0;

    if (getrandom(&chance, sizeof chance, 0) < 0)
        chance = 0;
    return cancel_wait(r->opt->cancel, ms + chance % LOCK_SPREAD_MS);
}

int
run_take_lock(struct run *r)
{
    int rc;

    if (r->lock.held)
        return 0; /* begun again */
    run_enter(r, PHASE_LOCK, 0);
    r->lock = (struct lock){
        .store = r->opt->store,
        .device = r->opt->device,
        .clock = {.wall_ms = wall_ms, .wait_ms = wait_for_lock, .ctx = r},
    };
    rc = lock_take(&r->lock, r->fault);
    if (rc < 0)
        return rc;
    rc = lock_keeper_start(&r->keeper, &r->lock, LOCK_REFRESH_MS);
    if (rc < 0)
        return fault_errno(r->fault, rc, "cannot keep the cloud lock");
    if (r->opt->sweep)
        rc = store_sweep(r->opt->store, r->fault);
    return rc;
}

/* Another device's state is about to be replaced: local wins, say so. */
static int
judge_cloud(const struct run *r)
{
    bool known;
    int rc = is_base(r, &r->cloud_id, &known);

    if (rc == 0 && !known) {
        log_line(LOG_WARN,
                 "the store's latest snapshot is by %s (%s): uploading "
                 "replaces it, files only it has disappear from the cloud",
                 r->cloud.system_name, r->cloud.system_os);
    }
    return rc;
}

/* The store has our snapshot: the base may say so (10.1, 23). */
static int
finish_equal(struct run *r)
{
    int rc;

    if (r->opt->dry_run)
        return RUN_DONE;
    rc = r->opt->direction == RUN_BOTH ? run_send_entry(r) : 0;
    if (rc == 0)
        rc = run_set_base(r);
    return rc < 0 ? rc : RUN_DONE;
}

/*
 * No reason to stop: whoever made it may be gone for good, and a snapshot in
 * the future stays there.  But versions are compared by age.
 */
static void
warn_of_skew(const struct run *r)
{
    uint64_t now_ms = clock_wall_ms();

    if (!skew_is_ahead(now_ms, r->cloud.created))
        return;
    log_line(LOG_WARN,
             "the store's latest snapshot, by %s (%s), was made %lld s in the "
             "future: its clock or ours is wrong, and edits are compared by "
             "their time",
             r->cloud.system_name, r->cloud.system_os,
             (long long)(r->cloud.created - (int64_t)now_ms) / 1000);
}

/* Under the lock, what was seen before counts no more. */
int
run_compare(struct run *r)
{
    bool same;
    int rc = fetch_ref(r, &same);

    if (rc == 0)
        rc = check_anything(r);
    if (rc < 0)
        return rc;
    r->publish = !same;
    if (same && r->opt->direction == RUN_UPLOAD && !r->opt->dry_run)
        return 0; /* the list may lack it */
    if (same)
        return finish_equal(r);
    if (r->cloud_empty)
        return r->opt->direction == RUN_DOWNLOAD ? RUN_DONE : 0;
    run_enter(r, PHASE_FETCH_INDEX, 1);
    rc = remote_load_index(&r->remote, &r->cloud_id, &r->cloud, &r->cloud_arena,
                           r->fault);
    rc = run_mend_latest(r, rc);
    if (rc < 0 || r->cloud_empty)
        return rc;
    warn_of_skew(r);
    return r->opt->direction == RUN_UPLOAD ? judge_cloud(r) : 0;
}

int
run_check_room(struct run *r)
{
    uint64_t available;
    uint64_t need = (uint64_t)r->snapshot.index.size;
    int rc;

    if (!r->publish)
        return 0;
    rc = store_available(r->opt->store, &available, r->fault);
    if (rc < 0)
        return rc;
    if ((uint64_t)r->cloud.size > need)
        need = (uint64_t)r->cloud.size;
    if (available > need)
        return 0;
    return fault_set(r->fault,
                     (r->opt->store->flags & STORE_IS_DISK) != 0
                         ? CODE_DISK_FULL
                         : CODE_QUOTA,
                     "the store has room for %llu bytes, the snapshot is %llu",
                     (unsigned long long)available, (unsigned long long)need);
}
