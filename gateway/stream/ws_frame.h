/*
 * ws_frame.h - frames of a WebSocket (RFC 6455 section 5), as a server reads
 * and writes them.  Pure.
 */
#ifndef GATEWAY_STREAM_WS_FRAME_H
#define GATEWAY_STREAM_WS_FRAME_H

#include "gateway/stream/shared_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WS_FRAME_PAYLOAD_MAX 65536 /* of a frame, and of a message */
#define WS_FRAME_HEAD_MAX    14

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xa,
};

/* Why a connection is closed (RFC 6455 section 7.4.1). */
enum ws_code {
    WS_CODE_NORMAL = 1000,
    WS_CODE_GOING_AWAY = 1001,
    WS_CODE_PROTOCOL = 1002,
    WS_CODE_UNSUPPORTED = 1003,
    WS_CODE_NO_CODE = 1005, /* never sent: the peer gave none */
    WS_CODE_BAD_TEXT = 1007,
    WS_CODE_TOO_BIG = 1009,
};

struct ws_frame {
    enum ws_opcode opcode;
    bool is_final;
    size_t head_len, payload_len;
    unsigned char mask[4];
};

/*
 * Read the head of a client's frame, of which len bytes are there.
 *
 * Returns 1 and fills *out; 0 when more bytes are needed; -EPROTO when no
 * client may send this (WS_CODE_PROTOCOL); -EMSGSIZE when its payload is over
 * WS_FRAME_PAYLOAD_MAX.
 */
int ws_frame_parse(struct ws_frame *out, const unsigned char *bytes,
                   size_t len);

/* Take the mask off n bytes of payload, the first of which is number at. */
void ws_frame_unmask(unsigned char *bytes, size_t n,
                     const unsigned char mask[4], size_t at);

/* May a peer give this as its reason to close? */
bool ws_frame_is_code(unsigned code);

/*
 * Write the head of a server's frame, final and unmasked.  Returns its length.
 */
size_t ws_frame_head(unsigned char out[WS_FRAME_HEAD_MAX],
                     enum ws_opcode opcode, size_t payload_len);

/* A whole frame, or NULL when out of memory. */
struct shared_text *ws_frame_new(enum ws_opcode opcode, const void *payload,
                                 size_t len);

/* A close frame with that code; WS_CODE_NO_CODE: with none. */
struct shared_text *ws_frame_new_close(enum ws_code code);

#endif
