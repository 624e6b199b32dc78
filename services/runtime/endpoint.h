/*
 * endpoint.h - the three addresses of a hub.  Pure functions of text (the
 * default base also reads the environment).
 */
#ifndef SERVICES_RUNTIME_ENDPOINT_H
#define SERVICES_RUNTIME_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#define ENDPOINT_MAX          256 /* bytes, with the NUL */
#define ENDPOINT_PORT_INGEST  7571
#define ENDPOINT_PORT_FEED    7572
#define ENDPOINT_PORT_CONTROL 7573

struct endpoints {
    char ingest[ENDPOINT_MAX], feed[ENDPOINT_MAX], control[ENDPOINT_MAX];
};

/*
 * Derive the three from a base: "tcp://host" gives ports 7571 to 7573,
 * "ipc:///folder" gives the sockets ingest, feed and control in it; NULL is
 * the default folder ipc://$XDG_RUNTIME_DIR/syncbus (/run/syncbus for root;
 * /run/user/UID/syncbus when there is no such variable).
 *
 * Returns 0; -EINVAL for another form (a tcp base with a port among them);
 * -ENAMETOOLONG.  On failure *out is left alone.
 */
int endpoints_init(struct endpoints *out, const char *base);

/* tcp to a loopback address, or ipc: where NULL security is allowed. */
bool endpoint_is_local(const char *endpoint);

/*
 * True for tcp://host:port with a port from 1 to 65535 (an IPv6 address in
 * brackets), or ipc:///path of at most 107 bytes, what a socket's name holds.
 */
bool endpoint_is_valid(const char *endpoint);

/* The folder of an ipc endpoint in out; -EINVAL when it is not ipc. */
int endpoint_folder(char out[ENDPOINT_MAX], const char *endpoint);

#endif
