/*
 * requests.h - how many requests each route got, what they were answered, and
 * how long it took.
 *
 * Counting is lock-free and cheap enough for every getSyncInfo: each CPU adds
 * to its own counters, a scrape adds them up.
 *
 * Threads: any.
 */
#ifndef GATEWAY_METRICS_REQUESTS_H
#define GATEWAY_METRICS_REQUESTS_H

#include "gateway/metrics/exposition.h"

#include <stdint.h>

struct requests;
struct route;

/* Returns 0 and *out, which goes to requests_free(); or -ENOMEM. */
int requests_new(struct requests **out);
/* Nobody counts any more.  NULL is fine. */
void requests_free(struct requests *q);

/*
 * A request to this route (NULL: to none, a row of routes_all() else) was
 * answered with this status after so many nanoseconds.
 */
void requests_count(struct requests *q, const struct route *route, int status,
                    uint64_t ns);

/* The two families, of routes that were asked for at least once. */
void requests_put(struct requests *q, struct exposition *x);

#endif
