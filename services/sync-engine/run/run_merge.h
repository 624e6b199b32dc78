/*
 * run_merge.h - what a run that writes the workspace knows besides; private
 * to run*.c, part of run_state.h.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_RUN_MERGE_H
#define SERVICES_SYNC_ENGINE_RUN_RUN_MERGE_H

#include "services/sync-engine/checkout/keep.h"
#include "services/sync-engine/merge/merge.h"
#include "services/sync-engine/merge/settle.h"
#include "services/sync-engine/repo/snapshot.h"
#include "services/sync-engine/run/plan.h"

struct run_merge {
    bool joining;         /* no snapshot here, and nothing to make one of */
    bool first;           /* no snapshot before this run: there is no base */
    int64_t seen_at_ms;   /* wall clock before the snapshot */
    int64_t started_ms;   /* wall clock of the run */
    struct snapshot base; /* of latest-sync, unless ... */
    const struct file_list *base_files; /* ... it is the snapshot; or NULL */
    struct file_list cloud;             /* files of the store's snapshot */
    struct plan_list missing;           /* objects being fetched */
    struct merge_plan plan;
    struct settlement settled;
    struct snapshot before; /* once there is a merged one: the one before */
    bool merged;
    unsigned again; /* how often the run began again */
};

#endif
