/*
 * pool.h - the same work for many items by a few threads, each with its own
 * struct worker.  The first failure ends it.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_POOL_H
#define SERVICES_SYNC_ENGINE_REPO_POOL_H

#include "services/sync-engine/repo/key.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/worker.h"

#include <stdatomic.h>
#include <stddef.h>

/* Do one item.  Returns 0, or a negative value with *p filled. */
typedef int (*pool_fn)(void *ctx, struct worker *w, size_t item,
                       struct problem *p);

struct pool_job {
    const struct repo_key *key;
    unsigned workers;
    size_t count;              /* items 0 to count - 1, handed out in order */
    const atomic_bool *cancel; /* looked at before each item; or NULL */
    pool_fn fn;                /* called by several threads at once */
    void *ctx;
};

/*
 * Do all items; returns when every thread has ended.
 *
 * Returns 0, or a negative value with *p filled: what fn returned first,
 * PROBLEM_CANCELLED, or PROBLEM_SYSTEM when no thread can be started.
 */
int pool_run(const struct pool_job *job, struct problem *p);

#endif
