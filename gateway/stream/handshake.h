/*
 * handshake.h - may this request become a WebSocket (RFC 6455 4.2.1)?  Pure.
 *
 * Browsers let any page open a WebSocket to anywhere and send cookies along:
 * auth.h knows which of them count.
 */
#ifndef GATEWAY_STREAM_HANDSHAKE_H
#define GATEWAY_STREAM_HANDSHAKE_H

/* Header fields; NULL when absent. */
struct handshake {
    const char *upgrade, *connection, *version, *key;
};

enum handshake_refusal {
    HANDSHAKE_WRONG = 1, /* it is none */
    HANDSHAKE_VERSION,   /* of another version of the protocol */
};

/* 0, or why not. */
int handshake_check(const struct handshake *h);

#endif
