/*
 * remote.h - the repository as the store has it: its latest snapshot, and
 * how a new one is published (dejavu-format.md 6.2, 6.9).
 *
 * A store whose refs/latest cannot be followed is damaged, never empty:
 * taking it for empty would overwrite what other devices wrote.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_REMOTE_H
#define SERVICES_SYNC_ENGINE_RUN_REMOTE_H

#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/index_record.h"
#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/repo.h"

struct remote {
    struct store *store;
    struct repo *repo; /* its key and contexts; one thread at a time */
    bool mend;         /* a damaged list of snapshots is begun anew */
};

#define REMOTE_EMPTY 1 /* the store has no latest snapshot */

/*
 * Read refs/latest.  Returns 0 and *id, REMOTE_EMPTY, or a negative value
 * with *f filled (CODE_NOT_FOUND: no id in it).
 */
int remote_read_latest(const struct remote *r, struct oid *id, struct fault *f);

/*
 * Is the index there?  Returns 0, or a negative value with *f filled:
 * CODE_NOT_FOUND when the latest snapshot's index is missing.
 */
int remote_check_index(const struct remote *r, const struct oid *id,
                       struct fault *f);

/*
 * Load an index and check that it was made with our key; its text lives in a.
 * Returns 0, or a negative value with *f filled: CODE_NOT_FOUND (missing or
 * damaged), CODE_KEY_MISMATCH, or what the store said.
 */
int remote_load_index(const struct remote *r, const struct oid *id,
                      struct index_record *out, struct arena *a,
                      struct fault *f);

/* Send the local index of this id; durable. */
int remote_send_index(const struct remote *r, const struct oid *id,
                      struct fault *f);

/*
 * Set refs/latest, the commit point, and read it back.  Everything the index
 * names, and the index, is durable.
 */
int remote_send_latest(const struct remote *r, const struct oid *id,
                       struct fault *f);

/* Put the snapshot in front of indexes-v2.json, unless it is listed. */
int remote_send_entry(const struct remote *r, const struct index_entry *entry,
                      struct fault *f);

#endif
