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
#include "services/sync-engine/run/difference.h"
#include "services/sync-engine/run/plan.h"

struct run_merge {
    bool joining;       /* no snapshot here, and nothing to make one of */
    bool first;         /* no snapshot before this run: there is no base */
    int64_t seen_at_ms; /* wall clock before the snapshot */
    int64_t started_ms; /* wall clock of the run */
    struct arena base_arena;
    struct index_record base; /* what the last sync left */
    bool has_base;
    struct difference differ;    /* what is looked at from here on */
    struct file_list base_files; /* the files of differ.base ... */
    struct file_list cloud;      /* ... and of differ.cloud */
    struct plan_list missing;    /* objects being fetched */
    struct merge_plan plan;
    struct settlement settled;
    struct snapshot before; /* once there is a merged one: the one before */
    bool merged;
    unsigned again; /* how often the run began again */
};

#endif
