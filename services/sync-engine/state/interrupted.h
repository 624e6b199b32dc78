/*
 * interrupted.h - a run that never ended, because its process did: found by
 * its journal at the next start, it becomes a finished run with the code
 * `interrupted`.
 */
#ifndef SERVICES_SYNC_ENGINE_STATE_INTERRUPTED_H
#define SERVICES_SYNC_ENGINE_STATE_INTERRUPTED_H

#include "services/sync-engine/run/run.h"
#include "services/sync-engine/state/history.h"

#define INTERRUPTED_FOUND 1

/*
 * Look for one and record it in h, which is loaded.  direction: of a run that
 * does not tell.  Returns 0 (none), INTERRUPTED_FOUND, or -errno.
 */
int interrupted_settle(struct history *h, enum run_direction direction);

#endif
