/*
 * control.h - takes commands: a thread of its own with a DEALER at the hub's
 * control socket, whose routing id is the engine's id.  A thread, because it
 * reads files for pages and waits for the disk before it says that something
 * is switched off, and the beat of the bus thread waits for neither.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_CONTROL_H
#define SERVICES_SYNC_ENGINE_BUS_CONTROL_H

#include "services/sync-engine/orders.h"
#include "services/sync-engine/run/progress.h"

struct control;

struct control_options {
    const char *id;            /* of the engine; kept until control_stop() */
    const char *endpoint;      /* the hub's control socket; kept likewise */
    int state_fd;              /* the state folder; kept likewise */
    struct orders *orders;     /* outlives the thread */
    struct progress *progress; /* the same */
};

/*
 * Start the thread.  Returns 0 and *out, which goes to control_stop(); or
 * -errno, after a log line.
 */
int control_start(struct control **out, const struct control_options *opt);

/* End the thread and wait for it.  NULL is fine. */
void control_stop(struct control *c);

#endif
