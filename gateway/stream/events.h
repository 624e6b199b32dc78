/*
 * events.h - what there is to tell: of every engine its newest event, in the
 * order of change.
 *
 * A change gets the next number; the number of an engine's last change and the
 * epoch of this process are the id of its event.  Older events of the engine
 * are forgotten: a reader who comes late gets the newest, and can know how
 * many there were in between.  So this needs one event's memory per engine,
 * whatever readers do.
 *
 * Pure, but for memory.  Threads: one.
 */
#ifndef GATEWAY_STREAM_EVENTS_H
#define GATEWAY_STREAM_EVENTS_H

#include "gateway/stream/shared_text.h"
#include "proto/topic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_ID_MAX 48 /* of an event, with the NUL */

struct events_row {
    char id[TOPIC_ID_MAX];
    uint64_t number; /* of its last change; unique */
    uint64_t count;  /* of its changes so far */
    uint64_t digest; /* of what it looked like */
    bool is_gone;    /* events_sweep() takes it */
    struct shared_text *event;
    size_t line; /* where its line "data: {...}\n" begins, and its length */
    size_t line_len;
    struct events_row *older, *newer; /* by number */
    struct events_row *next;          /* by id */
};

struct events {
    uint64_t epoch; /* of this process: ids of another mean nothing here */
    uint64_t newest_number;
    uint64_t swept_number; /* the newest at the last events_sweep() */
    uint64_t sweeps;
    struct events_row **rows; /* sorted by id; rows never move */
    size_t count, cap;
    struct events_row *newest;
    struct shared_text *beat;
    uint64_t beats;
    bool is_bus_up;
    uint64_t as_of_ms; /* wall clock */
};

void events_init(struct events *c, uint64_t epoch);
void events_clear(struct events *c);

/* The row of an engine, or NULL. */
struct events_row *events_find(const struct events *c, const char *id);

/* The first by id, or NULL. */
struct events_row *events_first(const struct events *c);

/* An engine as it looks now. */
struct events_look {
    const char *id;
    const char *json; /* one line */
    size_t len;
    uint64_t digest; /* of all of it that counts as a change */
};

/* Is this anything new? */
bool events_is_new(const struct events *c, const char *id, uint64_t digest);

/* A change.  Returns 0 or -ENOMEM. */
int events_put(struct events *c, const struct events_look *look);

/*
 * Forget the rows that are marked as gone.  No event says so: every reader
 * must get a snapshot (cursor_restart()) before anything else.
 */
void events_sweep(struct events *c);

/* A beat, for whoever is listening now.  Returns 0 or -ENOMEM. */
int events_beat(struct events *c);

/* The id of the event with this number. */
int events_format_id(char out[EVENTS_ID_MAX], const struct events *c,
                     uint64_t number);

/*
 * The number in an id that a reader brings along.  Returns 0, or -EINVAL when
 * it is not one of this process, or is older than the last events_sweep().
 */
int events_parse_id(uint64_t *out, const struct events *c, const char *id);

#endif
