#include "services/state-aggregator/listener.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

#define REPORT_MS 10000

int
listener_open(struct listener *l, void *context, enum peer_role role,
              const char *endpoint)
{
    int rc;

    l->role = role;
    (void)snprintf(l->endpoint, sizeof l->endpoint, "%s", endpoint);
    l->socket = peer_open(context, role, 0);
    if (l->socket == NULL)
        return -errno;
    rc = peer_bind(l->socket, endpoint, &l->lock_fd);
    l->is_bound = rc == 0;
    return rc;
}

void
listener_close(struct listener *l)
{
    peer_close(l->socket);
    l->socket = NULL;
    l->is_bound = false;
    if (l->lock_fd >= 0)
        close(l->lock_fd);
    l->lock_fd = -1;
}

int
listener_reopen(struct listener *l, void *context)
{
    peer_close(l->socket);
    l->is_bound = false;
    l->socket = peer_open(context, l->role, 0);
    return l->socket == NULL ? -errno : listener_tick(l);
}

int
listener_tick(struct listener *l)
{
    int rc;

    if (l->is_bound || l->socket == NULL)
        return 0;
    rc = peer_rebind(l->socket, l->endpoint);
    if (rc == -EADDRINUSE) {
        /* The closed socket is not gone yet; else somebody took its place. */
        if (log_allowed(&l->waiting_at_ms, clock_boot_ms(), REPORT_MS))
            log_line(LOG_WARN, "waiting for %s to be free", l->endpoint);
        return 0;
    }
    if (rc != 0) {
        log_line(LOG_ERROR, "cannot listen on %s: %s", l->endpoint,
                 zmq_strerror(-rc));
    }
    l->is_bound = rc == 0;
    return rc;
}
