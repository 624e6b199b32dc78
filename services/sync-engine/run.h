/*
 * run.h - one sync run, as named steps over repo/ and cloud/.
 *
 * Upload direction (dejavu-format.md 6.11, local wins): snapshot, compare
 * without the lock, lock, compare again, send chunks, then file objects, then
 * make all of it durable, then index, ref and list; unlock always.  Every
 * object is complete before anything names it, so a run may die at any point.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_H
#define SERVICES_SYNC_ENGINE_RUN_H

#include "proto/state_last.h"
#include "services/sync-engine/cancel.h"
#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/progress.h"
#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/repo.h"

#include <stdbool.h>

struct run_options {
    struct repo *repo;
    struct store *store;
    struct progress *progress;
    const struct cancel *cancel;
    const char *workspace;
    const char *device; /* ours, for lock and snapshots */
    const char *host;
    unsigned workers; /* objects sent at a time; 1: no threads for it */
    bool sweep;       /* an earlier run of ours was killed */
    /* Called after each step with its name; NULL: nobody wants to know. */
    void (*on_step)(void *ctx, const char *step);
    void *ctx;
};

struct run_result {
    struct fault fault;        /* why it failed; CODE_OK when it did not */
    struct state_traffic sent; /* also of a run that failed */
    bool changed;              /* the store got a new latest snapshot */
    bool has_head;
    struct oid head; /* the store's latest snapshot, as far as known */
};

/*
 * Run.  Returns 0, or a negative value with out->fault filled and logged by
 * nobody.  *out is filled in both cases.
 */
int run_upload(const struct run_options *opt, struct run_result *out);

#endif
