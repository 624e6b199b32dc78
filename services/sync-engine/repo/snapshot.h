/*
 * snapshot.h - make a snapshot of a workspace (section 5), or load one.
 *
 * A struct snapshot starts as {0}, owns its index and its list of files (sorted
 * by path, so file_list_find() works), and is released by snapshot_clear().
 *
 * Threads: one at a time for one repository; making one starts and joins its
 * own workers.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_SNAPSHOT_H
#define SERVICES_SYNC_ENGINE_REPO_SNAPSHOT_H

#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/index_record.h"
#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Positive outcomes. */
#define SNAPSHOT_UNCHANGED 1 /* nothing changed: *out is the latest one */
#define SNAPSHOT_NONE      2 /* there is no snapshot yet: *out is empty */

#define SNAPSHOT_WORKERS  4 /* default number of workers */
#define SNAPSHOT_ATTEMPTS 7 /* whole attempts while a file keeps changing */

struct snapshot {
    struct index_record index;
    struct file_list files; /* sorted by path */
    struct arena arena;     /* holds index */
};

enum snapshot_step {
    SNAPSHOT_WALK,  /* files counts up, files_total is 0 */
    SNAPSHOT_LOAD,  /* reading the previous snapshot */
    SNAPSHOT_STORE, /* changed files only: files and bytes of their totals */
    SNAPSHOT_COMMIT,
};

/* How far a snapshot is; a new attempt starts again at SNAPSHOT_WALK. */
struct snapshot_progress {
    enum snapshot_step step;
    unsigned attempt; /* 1 to SNAPSHOT_ATTEMPTS */
    uint64_t files;   /* done */
    uint64_t files_total;
    uint64_t bytes; /* done, also within a large file */
    uint64_t bytes_total;
    const char *item; /* "/"-rooted path, or NULL; valid during the call */
};

/* Called by any worker, never by two at once; must be quick. */
typedef void (*snapshot_progress_fn)(void *ctx,
                                     const struct snapshot_progress *now);

struct snapshot_options {
    const char *workspace; /* its data/ folder is snapshotted */
    const char *memo;
    const char *system_id; /* device */
    const char *system_name;
    const char *system_os; /* NULL: "linux" */
    unsigned workers;      /* 0: SNAPSHOT_WORKERS */
    unsigned retry_ms; /* pause before the second attempt, doubled each time;
                          0: 50 */
    bool look_only;    /* touch no file, and store little; see intake.h */
    bool may_be_empty; /* before the first snapshot: no file is no failure */
    const atomic_bool *cancel; /* looked at per file and chunk; or NULL */
    snapshot_progress_fn on_progress; /* or NULL */
    void *ctx;
};

/*
 * Make a snapshot of the workspace as it is now and set refs/latest to it.
 * Nothing that cannot be read is left out: it ends the snapshot.
 *
 * Returns 0 with a new snapshot in *out, durable; SNAPSHOT_UNCHANGED;
 * SNAPSHOT_NONE (opt->may_be_empty, there was none and there is no file); or
 * a negative value with *p filled, *out empty and refs/latest as it was.
 */
int snapshot_make(struct snapshot *out, struct repo *r,
                  const struct snapshot_options *opt, struct problem *p);

/*
 * Load the snapshot named by refs/latest.
 *
 * Returns 0, SNAPSHOT_NONE, or a negative value with *p filled.
 */
int snapshot_load_latest(struct snapshot *out, struct repo *r,
                         struct problem *p);

/*
 * Load any snapshot, its files from the object store.
 *
 * Returns 0, SNAPSHOT_NONE when there is no such index, or a negative value
 * with *p filled (PROBLEM_DAMAGED: a file object is missing).
 */
int snapshot_load(struct snapshot *out, struct repo *r, const struct oid *id,
                  struct problem *p);

/* Release everything; s is {0} again.  {0} and NULL are fine. */
void snapshot_clear(struct snapshot *s);

#endif
