/*
 * recover.h - objects are written without fsync; this is what makes that safe.
 *
 * Before the first object of a run the marker "writing" is made durable, after
 * its commit it is removed.  A marker found at the next open tells that a run
 * was killed: temporary files are swept.  When the machine went down since,
 * objects written in that run may be torn although they have their name; they
 * are verified, and bad ones removed, or the next run would take them as
 * stored and name them in an index.
 *
 * Threads: one at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_RECOVER_H
#define SERVICES_SYNC_ENGINE_REPO_RECOVER_H

#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/worker.h"

#define RECOVER_MARKER   "writing"
#define RECOVER_BOOT_MAX 64 /* bytes of a boot id, with the NUL */

/* This boot's id; "" when the system does not tell. */
void recover_boot_id(char out[RECOVER_BOOT_MAX]);

/*
 * Clean up after a killed run, if there was one, in the repository folder
 * dir_fd.  boot is this boot's id, "" when unknown.
 *
 * Returns 0, or -errno with *p filled.
 */
int recover_run(int dir_fd, struct worker *w, const char *boot,
                struct problem *p);

/* Make the marker, durably; an older one stays.  As recover_run(). */
int recover_begin(int dir_fd, const char *boot, struct problem *p);

/* The objects are durable and committed: remove the marker. */
void recover_end(int dir_fd);

#endif
