/*
 * indexes.h - the stored snapshots (section 3.5): indexes/<id>, zstd only.
 *
 * Threads: one at a time for one repository.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_INDEXES_H
#define SERVICES_SYNC_ENGINE_REPO_INDEXES_H

#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/index_record.h"
#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#include <stddef.h>
#include <stdint.h>

#define INDEXES_ABSENT 1

#define INDEXES_KEY_MAX 49 /* "indexes/<id>", with the NUL */

/* The key of an index, which is also its path in the folder; returns out. */
char *indexes_key(const struct oid *id, char out[INDEXES_KEY_MAX]);

/*
 * Store x under its id, durably, over an older version of it (the memo and
 * the check index may be set later); its mtime becomes x->created.  What it
 * names must be durable: repo_flush() first.
 *
 * Returns 0, or -errno with *p filled.
 */
int indexes_store(struct repo *r, const struct index_record *x,
                  struct problem *p);

/*
 * Load an index and check that it was made with our key; text lives in a.
 *
 * Returns 0; INDEXES_ABSENT; or a negative value with *p filled
 * (PROBLEM_DAMAGED, PROBLEM_WRONG_KEY).  *out is filled only on 0.
 */
int indexes_load(struct repo *r, const struct oid *id, struct index_record *out,
                 struct arena *a, struct problem *p);

struct indexes_entry {
    struct oid id;
    int64_t created; /* ms since 1970: its mtime, see indexes_store() */
};

/* Starts as {0}. */
struct indexes_list {
    struct indexes_entry *entries; /* in no order */
    size_t count, cap;
};

/*
 * List what is stored, without reading it; *out comes in empty.
 *
 * Returns 0, or -errno with *p filled; indexes_list_clear() either way.
 */
int indexes_list(struct indexes_list *out, struct repo *r, struct problem *p);

/* Release everything; l is {0} again. */
void indexes_list_clear(struct indexes_list *l);

#endif
