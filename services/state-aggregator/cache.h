/*
 * cache.h - the latest state of every engine, and what has to be told on.
 *
 * A table of entries (entry.h) with the bytes they arrived in, sorted by
 * topic so that a snapshot's filter is a range.  All memory is taken at the
 * start and is fixed per engine.  No sockets, no clocks: now_ms is
 * CLOCK_BOOTTIME.  One thread at a time.
 */
#ifndef SERVICES_STATE_AGGREGATOR_CACHE_H
#define SERVICES_STATE_AGGREGATOR_CACHE_H

#include "proto/beat.h"
#include "proto/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_ENGINES_MAX 10000

struct cache_options {
    const char *hub;    /* the hub's id; copied */
    uint64_t hub_epoch; /* goes into every verdict */
    size_t max_engines; /* 1 to CACHE_ENGINES_MAX */
};

/* One engine as it is told on; points into the cache until it changes. */
struct cache_item {
    const char *topic;
    const void *state;
    size_t topic_len, state_len;
    struct verdict verdict;
};

struct cache_range {
    size_t first, count;
};

struct cache; /* one thread at a time */

/* Returns 0 and *out, which the caller gives to cache_free(); or -ENOMEM. */
int cache_new(struct cache **out, const struct cache_options *options);

/* NULL is fine. */
void cache_free(struct cache *c);

/* Count a message that the caller itself refused. */
void cache_refuse(struct cache *c, enum refusal reason);

/*
 * Take one message from a stranger: admit, order, keep.  What is refused is
 * counted; over the rate only the newest is kept, for a later tick.
 */
void cache_receive(struct cache *c, const struct cache_item *message,
                   uint64_t now_ms);

/* The hub slept for delay_ms: move every lease.  Before the ingest is read. */
void cache_add_delay(struct cache *c, uint64_t delay_ms);

/* Judge every lease, apply what waited, forget.  After the ingest is read. */
void cache_tick(struct cache *c, uint64_t now_ms);

/*
 * Take the next engine that is due to be told on, judge it and count it as
 * told.  After the ingest is read.  Returns false when there is none.
 */
bool cache_next_relay(struct cache *c, uint64_t now_ms, struct cache_item *out);

/* The engines whose topics begin with filter ("": all), in byte order. */
struct cache_range cache_find(const struct cache *c, const char *filter);

/* The engine at a position below that of a range's end. */
void cache_item_at(const struct cache *c, size_t position, uint64_t now_ms,
                   struct cache_item *out);

/* Fill the counts of a beat: engines, on, off, dup, drop. */
void cache_count(const struct cache *c, struct beat *out);

#endif
