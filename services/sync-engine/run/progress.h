/*
 * progress.h - what the run tells the bus thread: one state, guarded by a
 * mutex that nobody holds for longer than a copy.
 *
 * The run announces phases and work done; the engine what a run came to; the
 * bus thread copies the whole and never makes anybody wait.
 *
 * The share of the whole run (permille) follows real work: progress_plan()
 * says how much is ahead, in units of which every phase counts some per item
 * and per byte.  It never falls within a run and never reaches 1000 before
 * the end, however the plan changes.
 *
 * Threads: any.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_PROGRESS_H
#define SERVICES_SYNC_ENGINE_RUN_PROGRESS_H

#include "proto/state.h"

#include <stdbool.h>
#include <stdint.h>

struct progress;

struct progress_options {
    const struct state *base; /* identity and settings; copied */
    uint64_t (*now_ms)(void); /* monotonic; tests bring their own */
    bool share_names;         /* publish the names of items */
};

/* Returns 0 and *out, which goes to progress_free(); or -errno. */
int progress_new(struct progress **out, const struct progress_options *opt);
void progress_free(struct progress *p);

/* An eventfd: readable when the state's name changed or on progress_wake(). */
int progress_wake_fd(const struct progress *p);
void progress_wake(struct progress *p);

/* ---- the run ---- */

/*
 * Enter `syncing` with this run number; everything about the run is new.  It
 * begins with the walk: a state never says syncing without a phase.
 */
void progress_start_run(struct progress *p, uint64_t run);

/* One phase: totals may be 0 (unknown); weight as in progress_units(). */
struct progress_phase {
    enum phase phase;
    uint64_t items, bytes; /* totals */
    unsigned weight;
};

/* What items and bytes of a phase of this weight cost. */
uint64_t progress_units(uint64_t items, uint64_t bytes, unsigned weight);

/* From here on, units are ahead of this run, phases to come included. */
void progress_plan(struct progress *p, uint64_t units);

/*
 * Enter a phase.  Entered a second time in one run, its counts go on where
 * they were.
 */
void progress_enter(struct progress *p, const struct progress_phase *phase);

/* Done so far in this phase; smaller numbers than before are ignored. */
void progress_set(struct progress *p, uint64_t items, uint64_t bytes,
                  const char *item);

/* Done in addition; item may be NULL. */
void progress_add(struct progress *p, uint64_t items, uint64_t bytes,
                  const char *item);

/* ---- the engine ---- */

/* Set the state's name between runs: idle, queued, error, disabled, bye. */
void progress_set_name(struct progress *p, enum state_name name);

/* Are runs switched on?  Told at once. */
void progress_set_enabled(struct progress *p, bool enabled);

void progress_set_next(struct progress *p, uint64_t next_at_ms);

struct progress_outcome {
    enum state_name name; /* STATE_IDLE or STATE_ERROR */
    const struct state_last *last;
    const char *head;    /* 40 hex digits; NULL: as before */
    uint64_t next_at_ms; /* wall clock; 0: none */
    uint64_t failures;   /* in a row */
};

/* The run is over; counters since start and the last success follow. */
void progress_end_run(struct progress *p,
                      const struct progress_outcome *outcome);

/* ---- the bus thread ---- */

/*
 * Copy the state as it is now; up_ms and the rate are of this moment, seq and
 * sent_at_ms are the caller's.  Returns the state's version: it differs
 * whenever something other than these changed.
 */
uint64_t progress_read(struct progress *p, struct state *out);

#endif
