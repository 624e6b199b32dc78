/*
 * listener.h - a bound socket of the hub that can drop everybody at once and
 * be bound again: after a sleep of the hub, what lies in its connections is
 * old and must not be taken as news.
 *
 * Owned by the hub's thread.
 */
#ifndef SERVICES_STATE_AGGREGATOR_LISTENER_H
#define SERVICES_STATE_AGGREGATOR_LISTENER_H

#include "services/runtime/endpoint.h"
#include "services/runtime/peer.h"

#include <stdbool.h>

struct listener {
    void *socket; /* NULL: nothing open */
    int lock_fd;  /* -1: none */
    enum peer_role role;
    bool is_bound;
    unsigned long long waiting_at_ms; /* of the last line about it */
    char endpoint[ENDPOINT_MAX];
};

/*
 * Open a socket of the role and bind it.  l starts as all zero with lock_fd
 * -1, and is given to listener_close() after any outcome.  Returns 0, or
 * -errno, logged where the address has to be named.
 */
int listener_open(struct listener *l, void *context, enum peer_role role,
                  const char *endpoint);

void listener_close(struct listener *l);

/*
 * Drop every connection with all that lies in it, and listen again: at once,
 * or at a later tick.  The peers connect again by themselves.  Subscriptions
 * are gone.  Returns 0, or -errno.
 */
int listener_reopen(struct listener *l, void *context);

/* Listen again where listener_reopen() could not yet.  Returns 0, or -errno. */
int listener_tick(struct listener *l);

#endif
