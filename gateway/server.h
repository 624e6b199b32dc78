/*
 * server.h - civetweb: addresses, threads, and what it does with connections.
 *
 * Facts it is set up around (Debian's 1.15): a connection holds a thread from
 * its first byte to its end, kept alive or silent; with no thread free, new
 * connections wait without a word; it must never be given a TLS port.  So
 * there are many threads, connections do not live long without a request, and
 * when most threads are taken every answer ends its connection.
 */
#ifndef GATEWAY_SERVER_H
#define GATEWAY_SERVER_H

#include "gateway/listen.h"
#include "gateway/service.h"

#include <stddef.h>

#define SERVER_LISTEN_MAX 16

struct server;

struct server_options {
    const struct listen_address *listen;
    size_t listen_count; /* 1 to SERVER_LISTEN_MAX */
    unsigned threads;
    struct service *service; /* outlives the server */
};

/*
 * Listen and serve.  Returns 0 and *out, which goes to server_stop(); or
 * -errno, after a log line that names the address.
 */
int server_start(struct server **out, const struct server_options *opt);

/* The addresses really bound, "http://127.0.0.1:7570 ...". */
void server_describe(const struct server *s, char *out, size_t cap);

/* End every connection and wait for the threads.  NULL is fine. */
void server_stop(struct server *s);

#endif
