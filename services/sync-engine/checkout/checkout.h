/*
 * checkout.h - carry out a plan in the data directory (section 6.8): write
 * files of the object store, remove others, tidy up.
 *
 * Nothing is visible before all of it is on disk: every new file is written
 * next to its place, verified and made durable, then they are renamed in the
 * order of the list.  Until then a failure leaves the workspace as it was, but
 * for files removed because they were in the way of new ones.
 * No symbolic link is crossed, and nothing is replaced or removed that is not
 * what the snapshot saw (10.1, 18).
 *
 * After a kill: sweep.h.
 * Threads: one at a time for one workspace; it starts and joins its workers.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_CHECKOUT_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_CHECKOUT_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Positive outcomes. */
#define CHECKOUT_CHANGED 1 /* edited since the snapshot: make another one */
#define CHECKOUT_EXISTS  2 /* of checkout_add(): there is such a file */

#define CHECKOUT_WORKERS 4 /* default number of workers */

enum checkout_step {
    CHECKOUT_WRITE,  /* next to their places; files and bytes of the totals */
    CHECKOUT_FLUSH,  /* until all of it is on disk */
    CHECKOUT_RENAME, /* files of files_total */
    CHECKOUT_REMOVE, /* files of files_total */
    CHECKOUT_TIDY,
};

struct checkout_progress {
    enum checkout_step step;
    uint64_t files; /* done in this step */
    uint64_t files_total;
    uint64_t bytes; /* done; 0 of 0 in all steps but CHECKOUT_WRITE */
    uint64_t bytes_total;
    const char *item; /* "/"-rooted path at work; NULL: the step begins */
};

/* Called by any worker, never by two at once; must be quick. */
typedef void (*checkout_progress_fn)(void *ctx,
                                     const struct checkout_progress *now);

/* Where, and how. */
struct checkout_options {
    struct repo *repo;         /* its object store has every chunk */
    const char *workspace;     /* its data/ folder is written */
    int state_fd;              /* the state folder, for intent.h */
    int64_t started_ms;        /* of the sync: names its history folder */
    int64_t seen_at_ms;        /* wall clock before the snapshot was begun */
    unsigned workers;          /* 0: CHECKOUT_WORKERS */
    const atomic_bool *cancel; /* looked at per file; or NULL */
    checkout_progress_fn on_progress; /* or NULL */
    void *ctx;
};

/* What.  The lists of a merge plan; records stay the caller's. */
struct checkout_job {
    const struct file_list *seen; /* the snapshot, sorted; NULL: empty */
    const struct file_record *const *upserts; /* in the order of merge/order */
    size_t upsert_count;
    const struct file_record *const *removes;
    size_t remove_count;
    size_t remove_first; /* so many removes come before the upserts */
};

struct checkout_result {
    size_t written;
    size_t removed;
    const char *changed; /* of CHECKOUT_CHANGED: the path; or NULL */
};

/*
 * Carry out the job; a job that is empty only tidies.
 *
 * What is there already - an upsert's content, or nothing where a file is to
 * be removed - is a success.  A file that the snapshot has left out (ignored)
 * and an upsert replaces is kept in the history folder of started_ms.
 *
 * Returns 0 with all of it done and durable; CHECKOUT_CHANGED with
 * out->changed set: a file was edited, or appeared, since seen_at_ms; it is
 * left alone, and the run starts again with a new snapshot; or a negative
 * value with *p filled:
 *   PROBLEM_UNSAFE_PATH  a symbolic link on the way, or something in the way
 *   PROBLEM_DISK_FULL, PROBLEM_PERMISSION
 *   PROBLEM_DAMAGED      a chunk is missing, bad, or not of the file's size
 *   PROBLEM_CANCELLED, PROBLEM_NO_WORKSPACE, PROBLEM_SYSTEM
 * Whatever is returned, out counts what was done, and no temporary file is
 * left.  What was done is part of the store's version: the next snapshot and
 * merge take it as it is.
 */
int checkout_run(struct checkout_result *out, const struct checkout_job *job,
                 const struct checkout_options *opt, struct problem *p);

/* A file that comes from no object: a conflict document. */
struct checkout_new {
    const char *path; /* path_check()ed */
    const struct buffer *content;
    int64_t updated; /* ms since 1970 */
};

/*
 * Write one new file, durably, never over another one; opt: where.
 *
 * Returns 0, CHECKOUT_EXISTS, or a negative value as checkout_run().
 */
int checkout_add(const struct checkout_new *file,
                 const struct checkout_options *opt, struct problem *p);

#endif
