/*
 * listen.h - the addresses the gateway listens on.
 */
#ifndef GATEWAY_LISTEN_H
#define GATEWAY_LISTEN_H

#include <netinet/in.h>
#include <stdbool.h>

#define LISTEN_TEXT_MAX 64 /* "a.b.c.d:65535" with the NUL */

struct listen_address {
    char host[LISTEN_TEXT_MAX]; /* numeric */
    unsigned port;              /* 0: any free one */
    bool is_loopback;
    struct sockaddr_in sockaddr;
};

/*
 * Read "HOST:PORT"; HOST is an address or a name of this machine.  Looks names
 * up.
 *
 * Returns 0; -EINVAL for another form; -ENOENT for a name that is not known;
 * -EAFNOSUPPORT for one that is only IPv6: Debian builds civetweb without.
 */
int listen_parse(struct listen_address *out, const char *text);

/*
 * Can this address be bound now?  Returns 0 or -errno.  The web server itself
 * does not say which of its addresses failed, or why.
 */
int listen_try(const struct listen_address *a);

#endif
