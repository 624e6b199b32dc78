/*
 * ingest.h - the hub's socket from the engines: reads messages into the cache.
 *
 * Owned by the hub's thread.
 */
#ifndef SERVICES_STATE_AGGREGATOR_INGEST_H
#define SERVICES_STATE_AGGREGATOR_INGEST_H

#include "services/state-aggregator/cache.h"
#include "services/state-aggregator/listener.h"

struct ingest {
    struct listener on; /* SUB */
    uint64_t taken;     /* messages read since the start */
};

/*
 * Open and bind.  i starts as all zero with on.lock_fd -1; i->on is given to
 * listener_close() after any outcome.  Returns 0, or -errno, logged where the
 * address has to be named.
 */
int ingest_open(struct ingest *i, void *context, const char *endpoint);

/*
 * listener_reopen(), and subscribe again.  Engines connect again by themselves
 * and then say how they are.  Returns 0, or -errno.
 */
int ingest_reopen(struct ingest *i, void *context);

/*
 * Read until there is nothing more, or for some 50 ms under a flood, so that
 * a flood ends a turn but not the ticks.  Later than not_after_ms nothing is
 * read: this process slept just now, and what lies there may be old.  Returns
 * 0, or -errno.
 */
int ingest_drain(struct ingest *i, struct cache *c, uint64_t not_after_ms);

#endif
