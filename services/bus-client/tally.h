/*
 * tally.h - counters that only grow, made of counters that start again: an
 * engine counts since its own start, the hub since its own.
 *
 * The counters on the bus are absolute (`cnt`, `lost`, `drop`), so messages
 * that were missed cost nothing: the next one has what they said.  Lost is
 * only what a session counted after the last message that came of it.
 *
 * Threads: pure.
 */
#ifndef SERVICES_BUS_CLIENT_TALLY_H
#define SERVICES_BUS_CLIENT_TALLY_H

#include "proto/beat.h"
#include "proto/state.h"
#include "proto/verdict.h"

#include <stdint.h>

/*
 * Starts of an engine that are remembered: two that take turns under one id
 * must not count twice.
 */
#define TALLY_SESSIONS 3

/* How far one start of an engine has been added. */
struct tally_session {
    uint64_t epoch_us; /* 0: none */
    uint32_t instance;
    struct state_counts counts;
    uint64_t hub_epoch, lost;
};

struct tally {
    struct state_counts counts; /* of all starts together */
    uint64_t ingest_lost;       /* the engine's messages, on the way to a hub */
    uint64_t relay_lost;        /* a hub's messages about it, on the way here */
    uint64_t interval_ms;       /* between two runs that go well; 0: unknown */
    struct tally_session sessions[TALLY_SESSIONS]; /* the last one first */
};

/* Add what this message says beyond the ones before. */
void tally_fold(struct tally *t, const struct state *s,
                const struct verdict *v);

/* The same for what hubs refused. */
struct tally_refused {
    uint64_t epoch_us;
    uint32_t instance;
    uint64_t seen[REFUSAL_COUNT]; /* of this start of the hub */
    uint64_t total[REFUSAL_COUNT];
};

void tally_fold_beat(struct tally_refused *t, const struct beat *b);

#endif
