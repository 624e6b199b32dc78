/*
 * lock_keeper.h - the thread that refreshes the cloud lock while a run works.
 *
 * While a keeper runs, the lock belongs to it: other threads reach it through
 * the functions below only.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_LOCK_KEEPER_H
#define SERVICES_SYNC_ENGINE_CLOUD_LOCK_KEEPER_H

#include "services/sync-engine/cloud/lock.h"

struct lock_keeper;

/*
 * Start refreshing a held lock every period_ms (LOCK_REFRESH_MS; tests take
 * less).  Returns 0 and *out, which goes to lock_keeper_stop(); or -errno.
 */
int lock_keeper_start(struct lock_keeper **out, struct lock *l,
                      unsigned period_ms);

/* True once the lock was found lost: stop at the next safe point. */
bool lock_keeper_is_lost(const struct lock_keeper *k);

/*
 * lock_check() through the keeper.  After a loss: the fault of the loss.
 */
int lock_keeper_check(struct lock_keeper *k, struct fault *f);

/* Stop the thread; waits for a refresh under way.  NULL is fine. */
void lock_keeper_stop(struct lock_keeper *k);

#endif
