/*
 * purge.h - removing local snapshots nobody needs any more, and the objects
 * only they had (section 5.6).
 *
 * Kept are the indexes the caller lists, those named by any file below refs/,
 * and all objects reachable from either.  Everything is marked before
 * anything is removed; indexes go first and durably, so that whatever a purge
 * that was cut short leaves is complete or unnamed.
 *
 * Between runs only: objects of a run are not named yet.
 * Threads: one at a time for one repository.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_PURGE_H
#define SERVICES_SYNC_ENGINE_REPO_PURGE_H

#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PURGE_REF_MAX 42 /* bytes: a larger file below refs/ is no ref */

/* done and total count the same; total does not change. */
typedef void (*purge_progress_fn)(void *ctx, uint64_t done, uint64_t total);

struct purge_options {
    const struct oid *keep; /* indexes, besides those of refs/ */
    size_t count;
    bool count_only;               /* remove nothing, only say what would go */
    const atomic_bool *cancel;     /* looked at per file; or NULL */
    purge_progress_fn on_progress; /* or NULL */
    void *ctx;
};

struct purge_result {
    uint64_t indexes;
    uint64_t objects;
    uint64_t bytes; /* of both, as they lay on the disk */
};

/*
 * Purge.  When there is nothing at all to keep, nothing is removed.
 *
 * Returns 0, or a negative value with *p filled: PROBLEM_DAMAGED and
 * PROBLEM_WRONG_KEY for a ref, an index or a file record among what is to be
 * kept that is missing or cannot be read, and then nothing was removed;
 * PROBLEM_CANCELLED.  *out says what was removed in every case.
 */
int purge_run(struct repo *r, const struct purge_options *opt,
              struct purge_result *out, struct problem *p);

#endif
