/*
 * rate.h - bytes per second over about the last five seconds.
 *
 * A struct rate is a plain value; {0} has seen nothing.  Pure: time is an
 * argument and never goes back.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_RATE_H
#define SERVICES_SYNC_ENGINE_RUN_RATE_H

#include <stdint.h>

#define RATE_SLOTS   10
#define RATE_SLOT_MS 500

struct rate {
    uint64_t bytes[RATE_SLOTS];
    uint64_t slot;          /* number of the newest slot since time 0 */
    uint64_t started_at_ms; /* of the first add */
    uint64_t total;         /* sum of bytes[] */
};

void rate_add(struct rate *r, uint64_t bytes, uint64_t now_ms);

/* 0 when nothing moved for five seconds, or ever. */
uint64_t rate_read(struct rate *r, uint64_t now_ms);

#endif
