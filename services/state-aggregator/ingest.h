/*
 * ingest.h - the hub's socket from the engines: reads messages into the cache.
 *
 * Owned by the hub's thread.
 */
#ifndef SERVICES_STATE_AGGREGATOR_INGEST_H
#define SERVICES_STATE_AGGREGATOR_INGEST_H

#include "services/runtime/endpoint.h"
#include "services/state-aggregator/cache.h"

#include <stdbool.h>

struct ingest {
    void *socket; /* SUB; NULL: nothing open */
    int lock_fd;  /* -1: none */
    bool is_bound;
    unsigned long long waiting_at_ms; /* of the last line about it */
    char endpoint[ENDPOINT_MAX];
};

/*
 * Open and bind.  i starts as all zero with lock_fd -1, and is given to
 * ingest_close() after any outcome.  Returns 0, or -errno, logged where the
 * address has to be named.
 */
int ingest_open(struct ingest *i, void *context, const char *endpoint);

void ingest_close(struct ingest *i);

/*
 * Drop every connection with all that lies in it, and listen again: at once,
 * or at a later tick.  Engines connect again by themselves and then say how
 * they are.  Returns 0, or -errno.
 */
int ingest_reopen(struct ingest *i, void *context);

/* Listen again where ingest_reopen() could not yet.  Returns 0, or -errno. */
int ingest_tick(struct ingest *i);

/*
 * Read until there is nothing more, or for some 50 ms under a flood, so that
 * a flood ends a turn but not the ticks.  Returns 0, or -errno.
 */
int ingest_drain(struct ingest *i, struct cache *c);

#endif
