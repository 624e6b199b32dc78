/*
 * beat.h - the hub's beat, and the first part of a snapshot: a snapshot's
 * header is the beat of its moment plus "part k of n".
 */
#ifndef PROTO_BEAT_H
#define PROTO_BEAT_H

#include "proto/topic.h"

#include <stddef.h>
#include <stdint.h>

#define BEAT_WIRE_MAX     1024
#define BEAT_PERIOD_MS    1000
#define SNAPSHOT_PART_MAX 1000 /* engines in one part (snapshot.h) */

/*
 * The one list of reasons for which the hub refuses a message.  The tokens
 * are the keys of the beat's `drop` map.
 */
enum refusal {
    REFUSAL_IDENTITY, /* ZAP user id is not the topic's id */
    REFUSAL_FRAMES,   /* not exactly two frames */
    REFUSAL_TOPIC,    /* no state topic */
    REFUSAL_SIZE,     /* longer than STATE_WIRE_MAX */
    REFUSAL_MESSAGE,  /* scan or header fields */
    REFUSAL_RATE,     /* over the token bucket */
    REFUSAL_FULL,     /* too many engines */
    REFUSAL_OLD,      /* older than what is cached: late or duplicate */
    REFUSAL_TWIN,     /* another live session holds the id */
    REFUSAL_COUNT,
};

const char *refusal_token(enum refusal reason);

struct beat {
    uint64_t minor, epoch_us;
    uint32_t instance;
    uint64_t seq, sent_at_ms, up_ms, ttl_ms;
    uint64_t engines, on, off, dup; /* n, on, off, dup */
    uint64_t drop[REFUSAL_COUNT];   /* since the hub's start */
    uint64_t part, parts;           /* snapshots: 1..parts; beats: 0, 0 */
};

/* Bytes written, or -ENOBUFS.  part and parts are left out when parts is 0. */
int beat_encode(const struct beat *b, void *buf, size_t cap);

/*
 * 0 and *out filled; -EBADMSG (or -ENOMEM) and *out left alone.  Reasons in
 * `drop` that this version does not know are ignored.
 */
int beat_decode(struct beat *out, const void *buf, size_t len);

#endif
