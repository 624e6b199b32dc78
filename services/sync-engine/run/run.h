/*
 * run.h - one sync run, as named steps over repo/, cloud/, merge/ and
 * checkout/ (dejavu-format.md 6.4, 6.9 to 6.11).
 *
 * Both ways: what the store has and what is here become one; a download makes
 * what is here what the store has; an upload makes the store what is here.
 *
 * Order is what makes it safe.  Objects are complete and durable before
 * anything names them: chunks, file objects, index, refs/latest.  Losers are
 * kept before the workspace is touched; the workspace is written before the
 * local refs say so; the base is set last, once the store has it.  So a run
 * may die at any point and the next one goes on.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_RUN_H
#define SERVICES_SYNC_ENGINE_RUN_RUN_H

#include "proto/state_last.h"
#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/repo.h"
#include "services/sync-engine/run/cancel.h"
#include "services/sync-engine/run/progress.h"
#include "services/sync-engine/run/report.h"

#include <stdbool.h>

enum run_direction {
    RUN_BOTH,
    RUN_UPLOAD,
    RUN_DOWNLOAD,
};

struct run_options {
    enum run_direction direction;
    struct repo *repo;
    struct store *store;
    struct progress *progress;
    const struct cancel *cancel;
    const char *workspace;
    int state_fd;       /* the state folder: what a checkout writes down */
    const char *device; /* ours, for lock and snapshots */
    const char *host;
    unsigned workers;      /* objects sent at a time; 1: no threads for it */
    bool dry_run;          /* only tell what would be done: run_tell.c */
    bool sweep;            /* an earlier run of ours was killed */
    bool mend;             /* an upload that was ordered: run_mend.c */
    unsigned max_delete;   /* percent of the files here a run may remove */
    bool conflict_docs;    /* losing documents become documents */
    struct report *report; /* {0}: gets what was done, file by file; or NULL */
    /* Called after each step with its name; NULL: nobody wants to know. */
    void (*on_step)(void *ctx, const char *step);
    void *ctx;
};

struct run_result {
    struct fault fault;        /* why it failed; CODE_OK when it did not */
    struct state_traffic sent; /* these five also of a run that failed */
    struct state_traffic received;
    uint64_t upserts, removes, conflicts; /* here */
    bool changed; /* the store got a new latest snapshot */
    bool has_head;
    struct oid head;  /* the store's latest snapshot, as far as known */
    struct oid found; /* the same, when the run looked */
};

/*
 * Run.  Returns 0, or a negative value with out->fault filled and logged by
 * nobody.  *out is filled in both cases.
 */
int run_sync(const struct run_options *opt, struct run_result *out);

/* "both", "upload", "download". */
const char *run_direction_name(enum run_direction direction);

#endif
