/*
 * filter.h - which engines a reader asked for: some by name, or all.
 *
 * Engines may be named before they exist.  Pure.
 */
#ifndef GATEWAY_STREAM_FILTER_H
#define GATEWAY_STREAM_FILTER_H

#include "gateway/stream/events.h"

#include <stdbool.h>
#include <stddef.h>

#define FILTER_ENGINES_MAX 16

struct filter {
    size_t count; /* 0: all engines */
    size_t known; /* engines there were at the last filter_resolve() */
    char id[FILTER_ENGINES_MAX][TOPIC_ID_MAX];
    struct events_row *row[FILTER_ENGINES_MAX]; /* NULL: not there yet */
};

/*
 * Read the parameters "engine" of a query (NULL: none); naming one twice is
 * naming it once.
 *
 * Returns 0; -EINVAL when one is no id of an engine; -E2BIG when there are
 * more than FILTER_ENGINES_MAX.
 */
int filter_parse(struct filter *f, const char *query);

/* Rows were swept: look for all of them anew, when they are needed. */
void filter_restart(struct filter *f);

/* Look for those that were not there yet. */
void filter_resolve(struct filter *f, const struct events *c);

#endif
