/*
 * verdict.h - what the hub alone judges about one engine: is it there, how
 * old is what we know, did messages get lost.  Frame 2 of a relayed state.
 */
#ifndef PROTO_VERDICT_H
#define PROTO_VERDICT_H

#include "proto/topic.h"

#include <stddef.h>
#include <stdint.h>

#define VERDICT_WIRE_MAX 256

enum verdict_live {
    VERDICT_ON,  /* lease valid */
    VERDICT_OFF, /* lease run out, or the engine said bye */
    VERDICT_DUP, /* on, but a second engine claims the same id */
};

struct verdict {
    char hub[TOPIC_ID_MAX]; /* h */
    uint64_t hub_epoch;     /* he: compared for equality only */
    uint64_t relay;         /* r: +1 per relayed message of this engine */
    enum verdict_live live; /* live */
    uint64_t age_ms;        /* age: since the hub received the state */
    uint64_t lost;          /* lost: gaps in seq seen in this epoch */
};

const char *verdict_live_token(enum verdict_live live);

/* Bytes written, or -ENOBUFS. */
int verdict_encode(const struct verdict *v, void *buf, size_t cap);

/* 0 and *out filled; -EBADMSG (or -ENOMEM) and *out left alone. */
int verdict_decode(struct verdict *out, const void *buf, size_t len);

#endif
