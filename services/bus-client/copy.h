/*
 * copy.h - the gateway's own copy of every engine's state, by the rules for
 * subscribers (PROTOCOL.md): a snapshot replaces, a live message applies when
 * its relay counter grew, and what a reader is shown follows from both and
 * from the time.  An engine that the hub has forgotten is forgotten here too.
 *
 * Time is an argument, in ms of the boot clock (clock_boot_ms).  Threads: one
 * at a time per copy (mirror.h has the lock).
 */
#ifndef SERVICES_BUS_CLIENT_COPY_H
#define SERVICES_BUS_CLIENT_COPY_H

#include "proto/beat.h"
#include "proto/state.h"
#include "proto/verdict.h"
#include "services/bus-client/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COPY_ENGINES_MAX     10000
#define COPY_BUS_SILENT_MS   3500     /* no beat for this long: bus down */
#define COPY_STALLED_MS      60000    /* syncing without progress for longer */
#define COPY_FORGET_MS       86400000 /* off, and silent for this long... */
#define COPY_UNTOLD_MS       150000   /* ...and the hub tells no more of it */
#define COPY_SECONDS_UNKNOWN UINT64_MAX

enum copy_shown {
    COPY_IDLE,
    COPY_QUEUED,
    COPY_SYNCING,
    COPY_ERROR,
    COPY_DISABLED,
    COPY_STALLED, /* syncing, but nothing moves */
    COPY_OFFLINE, /* the hub says off, or the engine said bye */
    COPY_UNKNOWN, /* no word from the hub itself */
    COPY_SHOWN_COUNT,
};

struct copy_engine {
    char id[TOPIC_ID_MAX];
    enum copy_shown shown; /* as of the last copy_judge() */
    struct state state;
    struct verdict verdict;
    uint64_t heard_at_ms; /* when verdict.age_ms was true */
    uint64_t permille;    /* of the whole run; never falls within one */
    uint64_t eta_seconds; /* never grows within a run; or unknown */
    uint64_t snapshot;    /* the snapshot that held it last */
    uint64_t changed;     /* the copy's generation at its last change */
    struct tally tally;   /* counted since it was first heard of */
};

struct copy {
    struct copy_engine **engines; /* sorted by id */
    size_t count, cap;
    bool has_snapshot; /* at least one, whole, since the start */
    bool bus_up;
    uint64_t hub_epoch, hub_minor;     /* minor: of the schema it speaks */
    uint64_t beat_at_ms, beat_wall_ms; /* last word from the hub */
    uint64_t snapshots;
    uint64_t generation;          /* grows whenever an answer could differ */
    uint64_t forgotten;           /* engines; who keeps any by address, look */
    uint64_t lost;                /* relayed messages that never came */
    struct tally_refused refused; /* by hubs */
};

/* One relayed engine. */
struct copy_row {
    const char *id;
    const struct state *state;
    const struct verdict *verdict;
};

/* Outcomes of copy_apply() beyond 0. */
enum copy_outcome {
    COPY_STALE = 1, /* not newer than what is here: ignored */
    COPY_GAP,       /* applied, but some before it were lost: ask again */
    COPY_OTHER_HUB, /* of a hub whose snapshot is not here: ignored, ask */
};

void copy_init(struct copy *c);
void copy_clear(struct copy *c);

/* The engine of that id, or NULL.  Valid until the next copy_judge(). */
struct copy_engine *copy_find(const struct copy *c, const char *id);

/*
 * Start replacing everything by a snapshot of the hub with this epoch; then
 * copy_add() every row; then copy_end_snapshot(): engines that were not in it
 * become off, not deleted.
 */
void copy_begin_snapshot(struct copy *c, uint64_t hub_epoch);
void copy_end_snapshot(struct copy *c);

/* 0; -ENOSPC over COPY_ENGINES_MAX; -ENOMEM. */
int copy_add(struct copy *c, const struct copy_row *row, uint64_t now_ms);

/* Apply a live message: 0, an enum copy_outcome, or as copy_add(). */
int copy_apply(struct copy *c, const struct copy_row *row, uint64_t now_ms);

/* The hub spoke; and what it says of itself, from the same message. */
void copy_beat(struct copy *c, uint64_t now_ms, uint64_t wall_ms);
void copy_refused(struct copy *c, const struct beat *b);

/*
 * Decide again what is shown of every engine, and forget who is gone for good.
 * Call it every 100 ms: silence says something too.
 */
void copy_judge(struct copy *c, uint64_t now_ms);

/* Age of the engine's state. */
uint64_t copy_age_ms(const struct copy_engine *e, uint64_t now_ms);

const char *copy_shown_token(enum copy_shown shown); /* "stalled" */

/* Is a sync under way, as far as anybody can tell? */
bool copy_is_syncing(enum copy_shown shown);

#endif
