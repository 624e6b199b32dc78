/*
 * gather.h - the state of a workspace as file records: walk it, take over
 * what is known, take in what is new (sections 5.3 and 5.4).
 *
 * Threads: one at a time; an attempt starts and joins its own workers.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_GATHER_H
#define SERVICES_SYNC_ENGINE_REPO_GATHER_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"
#include "services/sync-engine/repo/snapshot.h"
#include "services/sync-engine/repo/walk.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Files changed while they were read: try again. */
#define GATHER_BUSY 1

/* Private but for the fields said to be results. */
struct gather {
    struct repo *repo;
    const struct snapshot_options *opt;
    const struct file_list *previous; /* sorted */
    char *name;                       /* of the data folder */
    int data_fd;

    struct walk_list walk;       /* result: what is there */
    struct file_record *records; /* result: one for each of walk's files; paths
                                    and chunks in walk's arena; chunk_count 0:
                                    not taken in */
    const char *busy;            /* result of GATHER_BUSY: one such file */
    bool changed;                /* result: differs from previous */

    size_t *todo; /* positions in walk, large files first */
    size_t todo_count;

    pthread_mutex_t lock; /* of walk's arena, busy and now, by workers */
    bool has_lock;
    struct snapshot_progress now;
};

/*
 * Prepare g for the workspace of opt; all arguments are kept.
 *
 * Returns 0, or a negative value with *p filled (PROBLEM_NO_WORKSPACE,
 * PROBLEM_UNREADABLE); gather_clear() either way.
 */
int gather_init(struct gather *g, struct repo *r,
                const struct snapshot_options *opt,
                const struct file_list *previous, struct problem *p);

/*
 * Try once.  What an earlier attempt took in and is still the same is not
 * read again.
 *
 * Returns 0 with the results filled and the objects stored, not durable;
 * GATHER_BUSY; or a negative value with *p filled.
 */
int gather_attempt(struct gather *g, struct problem *p);

/* Tell the progress callback. */
void gather_report(struct gather *g, enum snapshot_step step);

/* Release everything. */
void gather_clear(struct gather *g);

#endif
