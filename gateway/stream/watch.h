/*
 * watch.h - engines whose runs somebody follows over a WebSocket: the messages
 * of each change, made once for all who have seen everything before it.
 *
 * Threads: one.
 */
#ifndef GATEWAY_STREAM_WATCH_H
#define GATEWAY_STREAM_WATCH_H

#include "gateway/stream/push.h"
#include "gateway/stream/shared_text.h"
#include "services/bus-client/mirror.h"

#include <stdbool.h>
#include <stdint.h>

struct watch {
    char id[TOPIC_ID_MAX]; /* what was asked for; "": whichever is there */
    unsigned refs;
    bool has_engine;
    struct copy_engine engine; /* as it was looked at last */
    struct push_told told;
    uint64_t version;           /* +1 whenever told changes */
    struct shared_text *frames; /* from the version before; NULL: none */
    struct watch *next;
};

struct watches {
    struct mirror *mirror;
    const char *engine; /* the default one; NULL: the first live one; kept */
    enum lang lang;
    struct watch *first;
};

/* What one follower of a watch was told. */
struct follow {
    struct watch *watch;
    struct push_told told;
    uint64_t version;
    bool is_apart; /* it was told something else than the others */
};

/*
 * Follow an engine: id is one, or "" for the default.  The start of a run that
 * is under way goes to *frames (NULL: none).
 *
 * Returns 0 and fills *f, which goes to watches_leave(); or -ENOMEM.
 */
int watches_join(struct watches *w, struct follow *f, const char *id,
                 struct shared_text **frames);
/* A zeroed f is fine. */
void watches_leave(struct watches *w, struct follow *f);

/* Look at every engine that is followed, now. */
void watches_look(struct watches *w);

/*
 * What is new for one follower, in frames for its socket: a reference in
 * *frames, NULL when there is nothing.  Returns 0 or -ENOMEM.
 */
int watches_take(const struct watches *w, struct follow *f,
                 struct shared_text **frames);

#endif
