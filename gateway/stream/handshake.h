/*
 * handshake.h - may this request become a WebSocket (RFC 6455 4.2.1)?  Pure.
 *
 * Browsers let any page open a WebSocket to anywhere and send cookies along.
 * So whoever shows no token himself must come from the gateway's own origin,
 * or from this machine's.
 */
#ifndef GATEWAY_STREAM_HANDSHAKE_H
#define GATEWAY_STREAM_HANDSHAKE_H

/* Header fields and the raw query; NULL when absent. */
struct handshake {
    const char *upgrade, *connection, *version, *key;
    const char *origin, *host;
    const char *authorization, *query;
};

enum handshake_refusal {
    HANDSHAKE_WRONG = 1, /* it is none */
    HANDSHAKE_VERSION,   /* of another version of the protocol */
    HANDSHAKE_ORIGIN,    /* from a page that might not be the user's */
};

/* 0, or why not. */
int handshake_check(const struct handshake *h);

#endif
