/*
 * hub.h - the loop of the state aggregator: one thread that owns all sockets,
 * a tick every 100 ms.
 */
#ifndef SERVICES_STATE_AGGREGATOR_HUB_H
#define SERVICES_STATE_AGGREGATOR_HUB_H

#include "services/runtime/endpoint.h"

#include <stddef.h>

#define HUB_TICK_MS 100

struct hub_options {
    const char *id;          /* hub id of beats and verdicts */
    struct endpoints listen; /* control "": none */
    size_t max_engines;
    int stop_fd; /* readable: stop.  Not owned. */
};

struct hub;

/*
 * Take the memory, bind the sockets, say what is ready.  options is not kept,
 * options->id neither.
 *
 * Returns 0 and *out, which the caller gives to hub_free(); or -errno, logged
 * where an address has to be named, and *out NULL.
 */
int hub_new(struct hub **out, const struct hub_options *options);

/* Serve until stop_fd is readable.  Returns 0, or -errno. */
int hub_run(struct hub *h);

/* Close and release everything.  NULL is fine. */
void hub_free(struct hub *h);

#endif
