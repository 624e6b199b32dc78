/*
 * perceive.h - does another engine of this repository know of something that
 * is not here?  Pure; time and chance are arguments.
 *
 * A head is the id of the index that was last seen in the store.  A sister
 * shows one; ours may be older, or newer, and the ids do not tell.  So every
 * head that a run of ours met or made is known, and every head that a sister
 * showed before a run of ours began is known once that run succeeded: the store
 * had it by then.  Only an unknown head is news, and it is news once: whoever
 * stays behind (switched off, gone) is no reason to run again.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_PERCEIVE_H
#define SERVICES_SYNC_ENGINE_BUS_PERCEIVE_H

#include "proto/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERCEIVE_JITTER_MS 15000 /* at most: see perceive_end() */
#define PERCEIVE_SPREAD_MS 250   /* for each other engine that may react */
#define PERCEIVE_PAUSE_MS  5000  /* between two runs for this reason */
#define PERCEIVE_NEVER     UINT64_MAX
#define PERCEIVE_KNOWN_MAX 256 /* heads; then the oldest is forgotten */
#define PERCEIVE_FRESH_MAX 32  /* the rest is news after the run */

struct perceive_heads {
    char head[PERCEIVE_KNOWN_MAX][STATE_HEX_MAX];
    size_t count, next; /* next: of a full list, the oldest */
};

/* Starts as {0}, but for due_ms: perceive_init(). */
struct perceive {
    struct perceive_heads known;
    char fresh[PERCEIVE_FRESH_MAX][STATE_HEX_MAX]; /* as of the last look */
    size_t fresh_count;
    char taken[PERCEIVE_FRESH_MAX][STATE_HEX_MAX]; /* by the run under way */
    size_t taken_count;
    size_t sisters;        /* of the last look, that are live */
    uint64_t due_ms;       /* a run is due; or PERCEIVE_NEVER */
    uint64_t not_until_ms; /* the pause after the last such run */
};

void perceive_init(struct perceive *p);

/* Look at everybody: begin, then each engine there is but our own, end. */
void perceive_begin(struct perceive *p);
void perceive_engine(struct perceive *p, const struct state *own,
                     const struct state *other, bool is_live);

/*
 * Returns when a run is due, or PERCEIVE_NEVER; a time once found stays while
 * there is news.  The more sisters may be about to do the same, the more it
 * is spread: the store has one lock, and who does not get it fails and backs
 * off for a minute.
 */
uint64_t perceive_end(struct perceive *p, uint64_t now_ms,
                      uint32_t random_value);

/* A run begins; is it for this reason? */
void perceive_run_begins(struct perceive *p, bool for_this, uint64_t now_ms);

/*
 * It has ended.  covered: the store was looked at, or somebody wished the run
 * to stop and does not want it right again.
 */
void perceive_run_ended(struct perceive *p, bool covered);

/* A run of ours saw this head in the store, or put it there. */
void perceive_learn(struct perceive *p, const char *head);

#endif
