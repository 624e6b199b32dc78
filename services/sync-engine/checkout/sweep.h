/*
 * sweep.h - after a kill: remove the temporary files a checkout or the history
 * copies left in the workspace.
 *
 * Only names written down in an intent (intent.h) are looked at: a user's own
 * *.tmp is never touched.
 * Threads: one at a time for one workspace.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_SWEEP_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_SWEEP_H

#include "services/sync-engine/repo/problem.h"

/*
 * Clean up; to be called at start, and before the first snapshot.  An intent
 * that cannot be read, or of another workspace, is dropped with a log line.
 *
 * Returns 0 (also when there was nothing), or a negative value with *p filled;
 * the intent is then kept for another try.
 */
int sweep_run(const char *workspace, int state_fd, struct problem *p);

#endif
