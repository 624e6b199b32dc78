/*
 * exchange.h - the hub's control socket: commands from operators to engines
 * and replies back, by the rules of control.h.
 *
 * Owned by the hub's thread.  Nothing is kept here: a message goes on at once,
 * or is answered, or dropped and counted.  Sending never blocks.
 */
#ifndef SERVICES_STATE_AGGREGATOR_EXCHANGE_H
#define SERVICES_STATE_AGGREGATOR_EXCHANGE_H

#include "proto/reply.h"
#include "services/state-aggregator/cache.h"
#include "services/state-aggregator/control.h"
#include "services/state-aggregator/listener.h"

#include <stdint.h>

struct exchange {
    struct listener on; /* ROUTER; socket NULL: there is no control plane */
    struct control control;
    struct reply reply; /* what the hub itself answers */
    uint64_t reported;  /* drops at the last report */
    unsigned long long reported_at_ms;
};

/*
 * Read until there is nothing more, or for some 20 ms under a flood.
 * Returns 0, or -errno.
 */
int exchange_drain(struct exchange *x, const struct cache *c);

/* Log what was dropped since the start, at most once a minute. */
void exchange_report(struct exchange *x, uint64_t now_ms);

#endif
