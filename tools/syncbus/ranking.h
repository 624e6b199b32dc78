/*
 * ranking.h - which engines are shown when there are more than lines.  Pure.
 */
#ifndef TOOLS_SYNCBUS_RANKING_H
#define TOOLS_SYNCBUS_RANKING_H

#include "services/bus-client/copy.h"

#include <stddef.h>

#define RANKING_REST_MAX 256

struct ranking {
    size_t *index; /* of the engines to show, in this order */
    size_t count;
    char rest[RANKING_REST_MAX]; /* "and 7 more: 5 idle, 2 offline"; "" */
};

/*
 * All of them in their own order when they fit into `room` lines.  Otherwise
 * those that want to be seen first (at work, failing, then the others), and
 * one line for the rest.  Out of memory: none, and the rest says so.
 */
void ranking_make(struct ranking *out, const struct copy_engine *engines,
                  size_t count, size_t room);

void ranking_clear(struct ranking *r);

#endif
