/*
 * ws_client.h - one WebSocket client: what it says, what it is told, when it
 * is thought dead.
 *
 * Threads: one.
 */
#ifndef GATEWAY_STREAM_WS_CLIENT_H
#define GATEWAY_STREAM_WS_CLIENT_H

#include "gateway/stream/outlet.h"
#include "gateway/stream/watch.h"
#include "gateway/stream/ws_reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WS_CLIENT_QUEUE_MAX                                                    \
    16                            /* frames; a client that asks for more than  \
                                     it reads gets no answers */
#define WS_CLIENT_PING_MS   54000 /* as SiYuan's kernel */
#define WS_CLIENT_SILENT_MS 60000 /* nothing heard: it is gone */
#define WS_CLIENT_CLOSE_MS  2000  /* for the other side to close, too */

struct ws_client {
    bool is_told;              /* type=main: it gets messages */
    char engine[TOPIC_ID_MAX]; /* "": the default one */
    struct ws_reader reader;
    struct follow follow;
    struct shared_text *queue[WS_CLIENT_QUEUE_MAX];
    size_t queued;
    uint64_t ping_at_ms, heard_at_ms;
    bool is_closing;    /* the close frame is in the queue or out */
    uint64_t end_at_ms; /* then, when closing, it is over */
    bool has_shut;      /* our side of the connection is closed */
    struct watches *watches;
};

/* The 101 response for a client with that key (RFC 6455 4.2.2), or NULL. */
struct shared_text *ws_client_accept(const char *key);

/*
 * A client that was just accepted: accept goes out first, its reference is
 * taken over.  Returns 0 or -ENOMEM.
 */
int ws_client_start(struct ws_client *c, struct watches *watches,
                    struct shared_text *accept, uint64_t now_ms);
void ws_client_clear(struct ws_client *c);

/* Bytes came.  Returns 0; or -errno: hang up. */
int ws_client_receive(struct ws_client *c, const void *bytes, size_t n,
                      uint64_t now_ms);

/* Send what there is, as far as it goes.  Returns as above. */
int ws_client_send(struct ws_client *c, struct outlet *o, uint64_t now_ms);

/* Once a second.  Returns as above. */
int ws_client_tick(struct ws_client *c, uint64_t now_ms);

/* Say that who opened it has logged out, as SiYuan does, and begin to close. */
void ws_client_log_out(struct ws_client *c, uint64_t now_ms);

/* Begin to close. */
void ws_client_close(struct ws_client *c, enum ws_code code, uint64_t now_ms);

#endif
