/*
 * ws_reader.h - what a WebSocket client sends, whole messages out of bytes.
 *
 * Memory: nothing while nothing is half-read; at most two messages.
 * Threads: one per reader.
 */
#ifndef GATEWAY_STREAM_WS_READER_H
#define GATEWAY_STREAM_WS_READER_H

#include "gateway/stream/ws_frame.h"

#include <stdbool.h>
#include <stddef.h>

struct ws_reader {
    unsigned char *bytes; /* not looked at yet */
    size_t len, cap, used;
    bool is_fragmented; /* a text has begun, and not ended */
    char *text;         /* of it, so far */
    size_t text_len, text_cap;
};

enum ws_event_kind {
    WS_EVENT_TEXT,
    WS_EVENT_PING,
    WS_EVENT_PONG,
    WS_EVENT_CLOSE,  /* the client wants to end; code */
    WS_EVENT_BROKEN, /* it broke the rules: close with code */
};

struct ws_event {
    enum ws_event_kind kind;
    enum ws_code code;
    const char *payload; /* valid until the next call; no NUL */
    size_t len;
};

/* Take in what came.  Returns 0 or -ENOMEM. */
int ws_reader_put(struct ws_reader *r, const void *bytes, size_t n);

/*
 * The next thing that happened.  Returns 1 and fills *out; 0 when more bytes
 * are needed; or -ENOMEM.  After WS_EVENT_CLOSE and WS_EVENT_BROKEN there is
 * nothing more to be read.
 */
int ws_reader_take(struct ws_reader *r, struct ws_event *out);

void ws_reader_clear(struct ws_reader *r);

#endif
