/*
 * run_state.h - what the steps of one run share; private to run*.c.
 *
 * A step returns 0 to go on, RUN_DONE to end well at once, RUN_AGAIN to begin
 * again with another snapshot, or a negative value with *r->fault filled.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_RUN_STATE_H
#define SERVICES_SYNC_ENGINE_RUN_RUN_STATE_H

#include "services/sync-engine/cloud/lock_keeper.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/snapshot.h"
#include "services/sync-engine/run/plan.h"
#include "services/sync-engine/run/remote.h"
#include "services/sync-engine/run/run.h"
#include "services/sync-engine/run/run_merge.h"
#include "services/sync-engine/run/run_steps.h"

#define RUN_DONE  1
#define RUN_AGAIN 2

#define RUN_AGAIN_MAX 3 /* while somebody edits what is being replaced */

#define RUN_MEMO       "[Sync] Cloud sync"
#define RUN_MEMO_MERGE "[Sync] Cloud sync merge"
#define RUN_INDEX_PUTS 3 /* index, ref, list */

/* What a byte costs: reading, hashing and packing it, or sending it. */
#define RUN_WEIGHT_INDEX       3
#define RUN_WEIGHT_SEND_DISK   1
#define RUN_WEIGHT_SEND_REMOTE 6
#define RUN_WEIGHT_CHECKOUT    2

struct run {
    const struct run_options *opt;
    struct run_result *out;
    struct fault *fault; /* of out */
    struct remote remote;
    uint64_t started_at_ms; /* monotonic */
    struct snapshot snapshot;
    unsigned attempt; /* of the snapshot, as last told */
    enum snapshot_step snapshot_step;
    bool cloud_empty;
    struct oid cloud_id;
    struct index_record cloud;
    struct arena cloud_arena;
    bool publish; /* the store is to get r->snapshot */
    struct plan plan;
    struct lock lock;
    struct lock_keeper *keeper;
    struct run_merge merge;
    struct report report;
};

/* run.c */

unsigned run_send_weight(const struct run *r);

/* Units ahead while sending so much, with what comes behind it. */
uint64_t run_send_units(const struct run *r, uint64_t objects, uint64_t bytes);

/* Enter a phase that counts no bytes. */
void run_enter(const struct run *r, enum phase phase, uint64_t items);

/* A problem of repo/ becomes the run's fault.  Returns rc. */
int run_forward(const struct run *r, int rc, const struct problem *p);

/* Has the store our snapshot already? */
bool run_is_published(const struct run *r);

/* The id that becomes refs/latest and the base. */
const struct oid *run_new_latest(const struct run *r);

/* Forget what this attempt found out, but for the lock. */
void run_forget(struct run *r);

/* Asked to stop, or is the lock lost?  ctx is the run.  Negative: stop. */
int run_should_stop(void *ctx, struct fault *f);

#endif
