/*
 * hangup.h - has the client of a request that waits hung up?  civetweb does
 * not say which socket a connection has; the kernel does.
 *
 * Threads: each request's own.
 */
#ifndef GATEWAY_HTTP_HANGUP_H
#define GATEWAY_HTTP_HANGUP_H

#include "gateway/http/request.h"

#include <stdbool.h>

/*
 * The socket of the request's connection, which stays civetweb's; -1 when it
 * cannot be told: then nobody ever hangs up.  Takes about a millisecond with a
 * thousand connections: for requests that wait.
 */
int hangup_find(const struct request *r);

/*
 * Has the peer of this socket closed its side, or gone?  A client that only
 * closes its sending side counts as well, as with most servers.
 */
bool hangup_is(int fd);

#endif
