/*
 * mirror.h - a copy (copy.h) behind its lock, for one writer and many readers.
 *
 * The feed thread writes: mirror_lock(), copy functions, mirror_unlock().
 * Readers lock to look, and wait for news by generation: whoever was away for
 * a while finds the latest state, not every step to it.
 *
 * Threads: any.
 */
#ifndef SERVICES_BUS_CLIENT_MIRROR_H
#define SERVICES_BUS_CLIENT_MIRROR_H

#include "services/bus-client/copy.h"

struct mirror;

/* Returns 0 and *out, which goes to mirror_free(); or -errno. */
int mirror_new(struct mirror **out);
/* Nobody may wait any more.  NULL is fine. */
void mirror_free(struct mirror *m);

/*
 * Lock, and get the copy; then unlock, which wakes those who wait when its
 * generation grew.  Do no I/O in between.
 */
struct copy *mirror_lock(struct mirror *m);
void mirror_unlock(struct mirror *m);

/*
 * Wait until the generation is another than seen, or until until_ms of the
 * boot clock.  Returns the generation; 0 once mirror_end_waits() was called.
 */
uint64_t mirror_wait(struct mirror *m, uint64_t seen, uint64_t until_ms);

/*
 * From now on, whenever the generation grew, add 1 to the eventfd as well: for
 * one reader that polls.  -1: no longer.  The descriptor must stay open until
 * then.
 */
void mirror_watch(struct mirror *m, int event_fd);

/* Before the end: every wait, under way or to come, returns at once. */
void mirror_end_waits(struct mirror *m);

#endif
