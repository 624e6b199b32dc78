/*
 * feed.h - the bus thread: owns the socket to the hub's feed and keeps the
 * copy up to date.  A hub that is away holds nobody up: the copy then says so.
 */
#ifndef SERVICES_BUS_CLIENT_FEED_H
#define SERVICES_BUS_CLIENT_FEED_H

#include "services/bus-client/mirror.h"

struct feed;

struct feed_options {
    const char *endpoint;  /* of the hub's feed; kept until feed_stop() */
    struct mirror *mirror; /* outlives the feed */
};

/*
 * Start the thread.  Returns 0 and *out, which goes to feed_stop(); or
 * -errno, after a log line.
 */
int feed_start(struct feed **out, const struct feed_options *opt);

/* End the thread and wait for it.  NULL is fine. */
void feed_stop(struct feed *f);

#endif
