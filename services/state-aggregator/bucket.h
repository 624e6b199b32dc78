/*
 * bucket.h - how much each of many peers may still ask of the hub: a token
 * bucket for each of them.
 *
 * Pure: now_ms is CLOCK_BOOTTIME.  One thread at a time.
 */
#ifndef SERVICES_STATE_AGGREGATOR_BUCKET_H
#define SERVICES_STATE_AGGREGATOR_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUCKET_PEERS 256 /* remembered; then the quietest is forgotten */

/* In a unit of the owner's choice. */
struct bucket_rule {
    int64_t per_ms; /* comes in */
    int64_t max;    /* fits in */
};

struct bucket {
    uint64_t peer;
    uint64_t seen_at_ms;
    uint64_t mark;  /* the caller's, for bucket_forget() */
    int64_t credit; /* whoever has some may take more than that: a debt */
    bool is_used;
};

/* Starts as all zero. */
struct buckets {
    struct bucket peers[BUCKET_PEERS];
};

/*
 * The bucket of a peer (any number that tells it from others), as it is now:
 * a full one when the peer is new.  Valid until the next call; the caller
 * looks at the credit and takes from it.
 */
struct bucket *bucket_of(struct buckets *b, const struct bucket_rule *rule,
                         uint64_t peer, uint64_t now_ms);

/* A number for what tells a peer from others. */
uint64_t bucket_hash(const void *data, size_t len);

/* Who left this mark is gone: another peer may get its number. */
void bucket_forget(struct buckets *b, uint64_t mark);

#endif
