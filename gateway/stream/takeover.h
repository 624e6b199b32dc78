/*
 * takeover.h - take a connection's socket away from civetweb.
 *
 * civetweb gives every connection a thread for as long as it lives; a stream
 * lives for days and writes a line a minute.  So the thread that serves the
 * request moves the socket to another descriptor, puts a dead socket in its
 * place, and returns: civetweb then closes the dead one and its thread is free.
 * It does not say which descriptor a connection has, but the kernel knows
 * which one is connected to that peer.
 *
 * Threads: any.
 */
#ifndef GATEWAY_STREAM_TAKEOVER_H
#define GATEWAY_STREAM_TAKEOVER_H

struct mg_connection;

/* A dead socket, to be put in the place of others: its peer is gone. */
int takeover_open_dead(void);

/*
 * Take the socket of the connection whose request this thread is serving,
 * which must end with this request.  dead_fd stays the caller's.
 *
 * Returns the socket, the caller's from now on, non-blocking; or -errno and
 * the connection is as it was.
 */
int takeover_take(const struct mg_connection *conn, int dead_fd);

#endif
