/*
 * refs.h - the names of snapshots (section 3.7): exactly 40 bytes each.
 *
 * Threads: one at a time for one repository.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_REFS_H
#define SERVICES_SYNC_ENGINE_REPO_REFS_H

#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#define REFS_ABSENT 1

#define REFS_LATEST      "refs/latest"      /* the commit point */
#define REFS_LATEST_SYNC "refs/latest-sync" /* what the cloud had: the base */

/*
 * Read a ref; key is one of the above.
 *
 * Returns 0, REFS_ABSENT, or a negative value with *p filled: PROBLEM_DAMAGED
 * when it is not 40 hex characters.  *out is filled only on 0.
 */
int refs_read(struct repo *r, const char *key, struct oid *out,
              struct problem *p);

/*
 * Set a ref: temporary file, fsync, rename, fsync of the folder.  The index
 * it names must be stored.
 *
 * Returns 0 and the ref survives a power cut; or -errno with *p filled, the
 * ref being the old or the new one.
 */
int refs_write(struct repo *r, const char *key, const struct oid *id,
               struct problem *p);

#endif
