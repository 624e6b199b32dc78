/*
 * client.h - one open stream, of either kind: its socket, and what it gets.
 *
 * Made by the thread that serves the request, then handed to the stream
 * thread; nobody else touches it.
 */
#ifndef GATEWAY_STREAM_CLIENT_H
#define GATEWAY_STREAM_CLIENT_H

#include "gateway/stream/cursor.h"
#include "gateway/stream/events.h"
#include "gateway/stream/filter.h"
#include "gateway/stream/outlet.h"
#include "gateway/stream/watch.h"
#include "gateway/stream/ws_client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_STUCK_MS   60000 /* not a byte went out: it is gone */
#define CLIENT_SEND_BYTES 65536 /* the kernel keeps: more is only older */

enum client_kind {
    CLIENT_EVENTS, /* Server-Sent Events */
    CLIENT_SOCKET, /* WebSocket */
    CLIENT_KIND_COUNT,
};

struct client {
    enum client_kind kind;
    int fd;              /* owned; -1: none yet, or none any more */
    struct outlet out;   /* fd is its own */
    bool waits_to_write; /* the poll set knows */
    size_t place;        /* among the clients of the stream thread */
    struct client *next; /* while it is handed over */
    uint64_t session;    /* number of the session that opened it; 0: none */
    /* CLIENT_EVENTS */
    struct filter *filter;       /* owned; NULL: every engine */
    char last_id[EVENTS_ID_MAX]; /* that it brought along; "" */
    struct cursor at;
    /* CLIENT_SOCKET */
    struct shared_text *accept; /* owned until it starts */
    struct ws_client *socket;   /* owned */
};

/* What clients are told; of the stream thread. */
struct client_news {
    struct events *events;
    struct watches *watches;
};

/*
 * A client of events.  filter is copied when it names engines; last_id is ""
 * or what it sent as Last-Event-ID.  NULL when out of memory.
 */
struct client *client_new_events(const struct filter *filter,
                                 const char *last_id);

/* A client of the WebSocket that accept answers; takes over the reference. */
struct client *client_new_socket(struct shared_text *accept, bool is_told,
                                 const char *engine);

/* Closes its socket.  NULL is fine. */
void client_free(struct client *c);

/* In the stream thread, with its socket.  Returns 0 or -errno. */
int client_start(struct client *c, const struct client_news *news,
                 uint64_t now_ms);

/* Send what there is, as far as it goes.  Returns 0; or -errno: hang up. */
int client_send(struct client *c, const struct client_news *news,
                uint64_t now_ms);

/* Events were swept: no row it knew is to be used.  Returns as above. */
int client_restart(struct client *c);

/* Who opened it has logged out.  Returns as above. */
int client_log_out(struct client *c, uint64_t now_ms);

/* Something came, or the other side hung up.  Returns as above. */
int client_receive(struct client *c, uint64_t now_ms);

/* Once a second.  Returns as above. */
int client_tick(struct client *c, uint64_t now_ms);

/* The gateway ends: say so where there is a way to. */
void client_say_goodbye(struct client *c, const struct client_news *news,
                        uint64_t now_ms);

#endif
