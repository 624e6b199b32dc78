/*
 * hangup.h - has the client of a request that waits hung up?
 *
 * Threads: any.
 */
#ifndef GATEWAY_HTTP_HANGUP_H
#define GATEWAY_HTTP_HANGUP_H

#include <stdbool.h>

/*
 * Has the peer of this socket (peer_socket.h) closed its side, or gone?  A
 * client that only closes its sending side counts as well, as with most
 * servers.  Of what is no descriptor nobody ever hangs up.
 */
bool hangup_is(int fd);

#endif
