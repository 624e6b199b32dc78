/*
 * cursor.h - what one reader of events gets next.
 *
 * A reader starts with the snapshot, or behind an event it names, and then
 * gets every engine's newest event in the order of change.  Nothing is queued
 * for it: whoever is slow finds, when he comes, the newest event of each
 * engine that changed meanwhile, and before them how many are gone.
 *
 * A struct cursor is a value.  Pieces carry the cursor that comes after them,
 * so a sender may look ahead and forget what did not fit.
 *
 * Pure, but for the memory of pieces.  Threads: one.
 */
#ifndef GATEWAY_STREAM_CURSOR_H
#define GATEWAY_STREAM_CURSOR_H

#include "gateway/stream/events.h"
#include "gateway/stream/filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CURSOR_RETRY_MS 3000 /* browsers come back after this */

enum cursor_stage {
    CURSOR_HEAD,     /* the response's head */
    CURSOR_BEGIN,    /* of the snapshot */
    CURSOR_ROWS,     /* of the snapshot */
    CURSOR_SNAPSHOT, /* its end */
    CURSOR_LIVE,
};

struct cursor {
    enum cursor_stage stage;
    bool resumes; /* no snapshot: behind the head comes what changed */
    /* The snapshot: which row next, and is there one before it? */
    struct events_row *row; /* or, live, the one that was sent last */
    size_t index;           /* in the filter */
    bool needs_comma;
    uint64_t seen;      /* events up to this number are done with */
    uint64_t base;      /* published when the reader came */
    uint64_t delivered; /* since then */
    uint64_t skipped;   /* told so */
    uint64_t checked;   /* newest number when that was looked at */
    uint64_t beats;     /* seen */
};

struct piece {
    struct shared_text *owner; /* of data, one reference; NULL: static */
    const char *data;
    size_t len;
    struct cursor after;
};

/* A reader from the start, or behind the event with that number. */
void cursor_start(struct cursor *at, const struct events *c);
void cursor_resume(struct cursor *at, const struct events *c, uint64_t number);

/*
 * Rows were swept: let the reader begin with a snapshot again, behind what it
 * has.  False when it is in the middle of one, whose rows may be gone: it must
 * come again.
 */
bool cursor_restart(struct cursor *at);

/*
 * What comes at *at, and move *at behind it.  f is NULL for all engines, else
 * resolved.  Returns 1 and fills *out, whose reference the caller drops; 0
 * when there is nothing until something changes; or -ENOMEM.
 */
int cursor_next(struct cursor *at, const struct events *c,
                const struct filter *f, struct piece *out);

#endif
