/*
 * publish.h - the bus thread: owns the socket to the hub and sends the
 * progress as bus.md 5 says.  A hub that is away holds nobody up.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_PUBLISH_H
#define SERVICES_SYNC_ENGINE_BUS_PUBLISH_H

#include "services/sync-engine/run/progress.h"

struct publish;

struct publish_options {
    const char *id;            /* of the engine; kept until publish_stop() */
    const char *endpoint;      /* the hub's ingest; kept until publish_stop() */
    struct progress *progress; /* outlives the thread */
};

/*
 * Start the thread.  Returns 0 and *out, which goes to publish_stop(); or
 * -errno, after a log line.
 */
int publish_start(struct publish **out, const struct publish_options *opt);

/*
 * Tell the last state, say bye and end.  Waits for what was sent to leave, at
 * most 500 ms and only when a hub is listening; when one may be there that
 * has not subscribed yet, at most 100 ms for that.  NULL is fine.
 */
void publish_stop(struct publish *p);

#endif
