/*
 * peer.h - ZeroMQ sockets with the options of SB1, set in one place before
 * bind or connect, and the watchdog that rebuilds a silent one.
 *
 * A socket belongs to the thread that opened it.  Contexts are made after
 * fork and after stop_fd_open().
 */
#ifndef SERVICES_RUNTIME_PEER_H
#define SERVICES_RUNTIME_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum peer_role {
    PEER_INGEST_HUB,     /* SUB, binds */
    PEER_INGEST_ENGINE,  /* XPUB, connects */
    PEER_FEED_HUB,       /* XPUB, binds */
    PEER_FEED_READER,    /* SUB, connects */
    PEER_CONTROL_HUB,    /* ROUTER, binds */
    PEER_CONTROL_CLIENT, /* DEALER, connects */
};

/* A context with io_threads threads; NULL when out of memory. */
void *peer_context_new(int io_threads);

/* Close the context; every socket must be closed.  NULL is fine. */
void peer_context_free(void *context);

/*
 * Open a socket of the role with every option set, not yet attached.  hwm
 * replaces the role's high-water mark when it is not 0.
 *
 * Returns the socket, which the caller gives to peer_close(); NULL with errno
 * set.
 */
void *peer_open(void *context, enum peer_role role, int hwm);

/* Set linger to 0 and close; NULL is fine. */
void peer_close(void *socket);

/* Close, waiting up to linger_ms for what was sent (an engine's bye). */
void peer_close_linger(void *socket, int linger_ms);

/*
 * Connect, with IPv6 when the endpoint has a bracketed address.  Returns 0,
 * or -errno.  That nobody listens there is no failure.
 */
int peer_connect(void *socket, const char *endpoint);

/*
 * Bind an endpoint.  For ipc: makes the folder (0750; its parent must exist),
 * takes the lock file "<socket>.lock" so that a running hub's path is never
 * stolen, and keeps it open in *lock_fd (-1 for tcp) until the caller closes
 * it.  Changes the umask for a moment: bind before there are other threads
 * that make files.
 *
 * Returns 0, or -errno (-EADDRINUSE: held by another process, ...); logs what
 * it could not bind.  *lock_fd may be open also after a failure.
 */
int peer_bind(void *socket, const char *endpoint, int *lock_fd);

/*
 * Bind once more an endpoint whose socket was closed and whose lock is still
 * held.  Returns 0; -EADDRINUSE for a moment, while the closed one is not yet
 * gone; or -errno.  Logs nothing.
 */
int peer_rebind(void *socket, const char *endpoint);

/* The address really bound (port 0 resolved), into out of cap bytes. */
int peer_bound_endpoint(void *socket, char *out, size_t cap);

/* Any number, for a jitter; 0 when the system has none to give. */
uint32_t peer_chance(void);

/*
 * Silence watchdog: pure.  A peer that heard nothing for limit_ms is due for
 * a rebuild; after one, the clock starts again with a jitter of 0 to 500 ms.
 */
struct watchdog {
    uint64_t limit_ms;
    uint64_t heard_at_ms;
};

void watchdog_init(struct watchdog *w, uint64_t limit_ms, uint64_t now_ms);
void watchdog_heard(struct watchdog *w, uint64_t now_ms);
bool watchdog_due(const struct watchdog *w, uint64_t now_ms);
void watchdog_rebuilt(struct watchdog *w, uint64_t now_ms,
                      uint32_t random_value);

#endif
