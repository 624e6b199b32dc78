/*
 * bus.h - everything an engine has on the bus: what it says of itself, the
 * commands it takes, and what it notices of its sisters.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_BUS_H
#define SERVICES_SYNC_ENGINE_BUS_BUS_H

#include "services/sync-engine/bus/identity.h"
#include "services/sync-engine/orders.h"
#include "services/sync-engine/run/progress.h"

#include <stdbool.h>

/* The hub's three endpoints. */
struct bus_hub {
    const char *ingest, *feed, *control;
};

struct bus_options {
    struct identity_options identity;
    struct bus_hub hub;
    struct orders *orders;
    int state_fd; /* the state folder */
    bool share_names;
    bool speaks;    /* else nobody is told anything */
    bool listens;   /* takes commands */
    bool perceives; /* runs for what sisters synced */
};

struct bus {
    struct progress *progress;
    struct publish *publish;
    struct control *control;
    struct sisters *sisters; /* NULL: it does not perceive */
};

/*
 * Start what is wanted of it.  Returns 0, or -errno after a log line, and a
 * bus for bus_close() in any case.
 */
int bus_open(struct bus *b, const struct bus_options *opt);

/* Says bye.  {0} is fine. */
void bus_close(struct bus *b);

#endif
