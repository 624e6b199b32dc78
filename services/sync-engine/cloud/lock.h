/*
 * lock.h - the cloud lock: "lock-sync" in the store says which device works
 * on it (dejavu-format.md 3.9, 6.3).
 *
 * The lock is advisory and times out: whoever holds it refreshes it, and asks
 * lock_check() before anything others must not do at the same time.  A foreign
 * lock is never deleted, whatever fails; what is no lock at all is replaced
 * when it still is none after a pause.
 *
 * Threads: one at a time; lock_keeper.h does the refreshing.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_LOCK_H
#define SERVICES_SYNC_ENGINE_CLOUD_LOCK_H

#include "services/sync-engine/cloud/store.h"

#include <stdbool.h>
#include <stdint.h>

#define LOCK_KEY        "lock-sync"
#define LOCK_ATTEMPTS   3
#define LOCK_PAUSE_MS   5000  /* after an attempt that met a foreign lock */
#define LOCK_REFRESH_MS 30000 /* while held */
#define LOCK_EXPIRY_MS  65000 /* an older lock is nobody's */

/* Where time comes from; tests bring their own. */
struct lock_clock {
    uint64_t (*wall_ms)(void *ctx);
    /* 0 when the time has passed, -ECANCELED when the run is to stop. */
    int (*wait_ms)(void *ctx, unsigned ms);
    void *ctx;
};

struct lock {
    struct store *store;
    const char *device; /* ours; kept by the caller */
    struct lock_clock clock;
    bool held;
    uint64_t time_ms; /* what our lock in the store says */
};

/*
 * Take the lock: up to three attempts, five seconds apart.
 *
 * Returns 0; or a negative value with *f filled: CODE_LOCKED (another device
 * works; the cause names it), CODE_CLOCK_SKEW (its lock was written in the
 * future and will not expire for long), CODE_LOCK_FAILED (what is there is no
 * lock and cannot be replaced), CODE_CANCELLED, or what the store said.
 */
int lock_take(struct lock *l, struct fault *f);

/*
 * Is it still ours?  To be asked right before a commit.  Returns 0; or a
 * negative value with *f filled, CODE_LOCKED or CODE_LOCK_FAILED when another
 * device has it or nobody has.
 */
int lock_check(struct lock *l, struct fault *f);

/*
 * lock_check(), then write the present time.  A store that does not answer
 * is forgiven until the lock may have expired for others.
 */
int lock_refresh(struct lock *l, struct fault *f);

/*
 * Delete the lock if it is still ours; three attempts.  Failures are logged:
 * the lock expires by itself.  Fine when it is not held.
 */
void lock_drop(struct lock *l);

#endif
