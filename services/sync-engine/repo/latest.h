/*
 * latest.h - the file list of the latest snapshot: from full-latest.json when
 * it is the right one (one file to read), else from the object store (20 000).
 *
 * Threads: one at a time for one repository; loading starts and joins workers.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_LATEST_H
#define SERVICES_SYNC_ENGINE_REPO_LATEST_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/index_record.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#include <stdatomic.h>
#include <stdbool.h>

struct latest_options {
    unsigned workers;
    const atomic_bool *cancel; /* or NULL */
    bool use_cache;            /* full-latest.json may be used */
    bool check_chunks;         /* not with the cache: all chunks exist */
};

/*
 * List the files of the index x, sorted by path; *out comes in empty.
 *
 * Returns 0, or a negative value with *p filled (PROBLEM_DAMAGED: an object
 * is missing or bad) and *out empty.
 */
int latest_load(struct file_list *out, struct repo *r,
                const struct index_record *x, const struct latest_options *opt,
                struct problem *p);

/*
 * Write full-latest.json for the snapshot id, durably.  It belongs between
 * the index and refs/latest: a ref that is still the old one makes it not
 * match, and it is never looked at.
 *
 * Returns 0, or -errno with *p filled.
 */
int latest_store(struct repo *r, const struct oid *id,
                 const struct file_list *files, struct problem *p);

#endif
