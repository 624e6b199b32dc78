/*
 * peer_socket.h - which descriptor a connection has.  civetweb does not say;
 * the kernel knows which socket is connected to that peer.
 *
 * Threads: the one that serves the connection's request.
 */
#ifndef GATEWAY_HTTP_PEER_SOCKET_H
#define GATEWAY_HTTP_PEER_SOCKET_H

struct mg_connection;

/*
 * Descriptors are looked through from below, and only those of civetweb are
 * of interest: others that are many live from here on, out of the way.
 */
#define PEER_SOCKET_HIGH 16384

/*
 * The connection's socket, which stays civetweb's.  About a millisecond with a
 * thousand connections.
 *
 * Returns it; -EEXIST when two, over two addresses of this machine, cannot be
 * told apart; -ENOENT; or -errno.
 */
int peer_socket_find(const struct mg_connection *conn);

#endif
