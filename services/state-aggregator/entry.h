/*
 * entry.h - what the hub knows about one engine, and its rules: how many
 * messages it may send, which message is newer, how long it counts as alive,
 * when it is told on.
 *
 * Pure: every function depends on its arguments only.  now_ms is
 * CLOCK_BOOTTIME and never falls.  The state's bytes are kept elsewhere.
 */
#ifndef SERVICES_STATE_AGGREGATOR_ENTRY_H
#define SERVICES_STATE_AGGREGATOR_ENTRY_H

#include "proto/state.h"
#include "proto/verdict.h"

#include <stdbool.h>
#include <stdint.h>

#define ENTRY_TTL_MIN_MS     1000
#define ENTRY_TTL_MAX_MS     10000
#define ENTRY_RATE           20    /* messages a second, and the burst */
#define ENTRY_RELAY_MS       100   /* between relays outside the ticks */
#define ENTRY_REFRESH_MS     5000  /* an unchanged engine is told again */
#define ENTRY_REFRESH_OFF_MS 60000 /* one that is long gone */
#define ENTRY_OFF_REPEATS    3     /* at ENTRY_REFRESH_MS before that */
#define ENTRY_TWIN_STRIKES   3     /* within ENTRY_TWIN_MS: "dup" */
#define ENTRY_TWIN_MS        10000
#define ENTRY_FORGET_MS      (UINT64_C(24) * 3600 * 1000)

/* Why entry_apply refused a message. */
#define ENTRY_OLD  1 /* late, or a second copy */
#define ENTRY_TWIN 2 /* of a lower session while a higher one is alive */

struct entry {
    uint64_t epoch_us; /* the session whose word counts */
    uint32_t instance;
    uint64_t seq;
    uint64_t digest; /* of what that message said */
    uint64_t lost;   /* gaps in seq */
    uint64_t received_at_ms, deadline_ms, off_at_ms;
    enum verdict_live live;
    bool known; /* a state was accepted */
    bool said_bye;
    bool is_changed; /* not yet relayed */

    uint64_t strike_at_ms[ENTRY_TWIN_STRIKES]; /* latest first; 0: none */
    uint32_t credit_ms; /* token bucket: a message costs 1000/RATE */
    uint64_t credit_at_ms;

    uint64_t relay; /* r of the last relay; the cache may start it above 0 */
    uint64_t relayed_at_ms, refresh_at_ms;
    uint32_t off_repeats; /* relays of the unchanged "off" */
    uint32_t phase_ms;    /* spreads refreshes over the period */
};

/* An engine nothing is known of yet.  spread: any number, such as its slot. */
void entry_init(struct entry *e, uint32_t spread, uint64_t now_ms);

/* Pay for one message; false when the bucket is empty. */
bool entry_take_token(struct entry *e, uint64_t now_ms);

/*
 * Apply a state.  digest is equal for two states that say the same.
 *
 * Returns 0; ENTRY_OLD; or ENTRY_TWIN, which counts a strike.
 */
int entry_apply(struct entry *e, const struct state *s, uint64_t digest,
                uint64_t now_ms);

/* Judge lease and twins at now_ms. */
void entry_judge(struct entry *e, uint64_t now_ms);

/* The hub itself slept for delay_ms: the engine is not to blame. */
void entry_add_delay(struct entry *e, uint64_t delay_ms);

/*
 * Is it time to tell the subscribers?  Between ticks a change waits until the
 * last relay is ENTRY_RELAY_MS old; a tick takes every change.
 */
bool entry_is_due(const struct entry *e, uint64_t now_ms, bool at_tick);

/* It is told now: count, and plan the next time. */
void entry_relayed(struct entry *e, uint64_t now_ms);

/* Off for so long that nobody needs to know it any more. */
bool entry_is_forgotten(const struct entry *e, uint64_t now_ms);

/* Fill v, apart from the hub's id and epoch. */
void entry_verdict(const struct entry *e, uint64_t now_ms, struct verdict *v);

#endif
