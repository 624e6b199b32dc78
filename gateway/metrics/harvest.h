/*
 * harvest.h - what the metrics need of the copy, taken out of it at once: the
 * lock is held for as long as copying numbers takes, and text is made later.
 *
 * Threads: any; each harvest belongs to one.
 */
#ifndef GATEWAY_METRICS_HARVEST_H
#define GATEWAY_METRICS_HARVEST_H

#include "services/bus-client/mirror.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HARVEST_OVERDUE_MIN_MS 300000 /* nobody is overdue sooner */

struct harvest_now {
    uint64_t boot_ms, wall_ms;
};

/* One engine.  What the state did not say is not in `has`. */
struct harvest_engine {
    uint64_t age_ms;
    uint64_t permille; /* while syncing, with STATE_HAS_PERMILLE */
    uint64_t synced_at_ms, next_at_ms, failures, last_duration_ms;
    struct state_counts counts; /* these three: of the gateway's life */
    uint64_t ingest_lost, relay_lost;
    uint32_t has; /* enum state_has */
    enum copy_shown shown;
    bool is_overdue, last_ok;
    char id[TOPIC_ID_MAX];
    char provider[STATE_PROV_MAX], cloud[STATE_CLOUD_MAX];
    char host[STATE_INFO_MAX], version[STATE_INFO_MAX];
    char last_code[CODE_TOKEN_MAX];
};

struct harvest {
    bool bus_up;
    uint64_t refused[REFUSAL_COUNT];
    struct harvest_engine *engines; /* sorted by id; owned */
    size_t count, cap;
};

/* Fill *out, for harvest_clear().  0; -ENOMEM with nothing in it. */
int harvest_take(struct harvest *out, struct mirror *m,
                 const struct harvest_now *now);
void harvest_clear(struct harvest *h);

/*
 * Has an engine that runs by itself had no success for twice its interval,
 * and for five minutes at least?  Its interval is learned from its states
 * (tally.h): one that never told of a next run is never overdue, one that
 * fails before it ever succeeded is due since its start.  Pure.
 */
bool harvest_is_overdue(const struct copy_engine *e, uint64_t wall_ms);

#endif
