/*
 * feed.h - the hub's socket to its subscribers: states, beats, and a snapshot
 * for each one that asks by subscribing.
 *
 * Owned by the hub's thread.  Sending never blocks: what a slow subscriber
 * does not take is dropped for it alone, and the next message repairs it.
 */
#ifndef SERVICES_STATE_AGGREGATOR_FEED_H
#define SERVICES_STATE_AGGREGATOR_FEED_H

#include "services/state-aggregator/bucket.h"
#include "services/state-aggregator/cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_SNAPSHOTS_PER_TICK 50
#define FEED_REQUESTS_MAX       8192 /* more are left to ask again */
#define FEED_TURN_MS            40   /* of a tick, for snapshots */
/*
 * Bytes of snapshots for one connection, at once and each ms after.  A reader
 * that asks and does not read would fill the hub's memory; one that asks for
 * more than this is left to ask again.
 */
#define FEED_BURST   (16 << 20)
#define FEED_PER_MS  (8 << 10)
#define FEED_HWM_MIN 1000 /* messages kept for a subscriber */

struct feed_request {
    char topic[TOPIC_MAX];
    char filter[TOPIC_MAX];
    int peer; /* tells connections apart; -1: not known */
};

struct feed {
    void *socket;                  /* XPUB, bound; not owned */
    struct feed_request *requests; /* ring; owned */
    size_t first, count;
    struct buckets buckets; /* by connection */
    int answered;           /* snapshots since the last tick */
    uint64_t busy_ms;       /* and how long they took */
    uint64_t overflows;     /* requests over the limits above */
    uint64_t ignored;       /* subscriptions that mean nothing to us */
};

/* Returns 0, or -ENOMEM.  Starts as all zero. */
int feed_init(struct feed *f, void *socket);
void feed_clear(struct feed *f);

/*
 * Read up to `max` subscriptions and queue the snapshots they ask for.
 * Returns how many were read, or -errno.
 */
int feed_drain(struct feed *f, int max);

/* A new tick: FEED_SNAPSHOTS_PER_TICK more may be answered. */
void feed_tick(struct feed *f);

/* Is there a request that may be answered now? */
bool feed_has_work(const struct feed *f);

/*
 * Answer what may be answered now.  head is the beat of this moment; its part
 * and parts are set here.  Returns 0, or -errno.
 */
int feed_answer(struct feed *f, const struct cache *c, const struct beat *head,
                uint64_t now_ms);

/* Tell one engine on.  Returns 0, or -errno. */
int feed_relay(struct feed *f, const struct cache_item *item);

/* Send the beat of hub id.  Returns 0, or -errno. */
int feed_beat(struct feed *f, const char *id, const struct beat *b);

#endif
