/*
 * sisters.h - a reader of the hub's feed inside the engine: notices when
 * another engine of this repository has synced something that is not here
 * (perceive.h).  Without a hub nothing is ever noticed.
 *
 * Threads: starts two (the feed's and its own); the functions may be called
 * from any.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_SISTERS_H
#define SERVICES_SYNC_ENGINE_BUS_SISTERS_H

#include "services/sync-engine/orders.h"
#include "services/sync-engine/run/progress.h"

#include <stdbool.h>
#include <stdint.h>

struct sisters;

struct sisters_options {
    const char *id;            /* of this engine; kept */
    const char *endpoint;      /* the hub's feed; kept */
    struct progress *progress; /* our own state; outlives this */
    struct orders *orders;     /* told when a due time changes; outlives this */
};

/* Returns 0 and *out, which goes to sisters_stop(); or -errno, logged. */
int sisters_start(struct sisters **out, const struct sisters_options *opt);

/* NULL is fine, also for the rest. */
void sisters_stop(struct sisters *s);

/* When a run is due, monotonic; UINT64_MAX: there is no news. */
uint64_t sisters_due_ms(struct sisters *s);

/*
 * As perceive_run_begins(); as perceive_run_ended(), with the two heads it met
 * and made, NULL when it came to none.
 */
void sisters_run_begins(struct sisters *s, bool for_them);
void sisters_run_ended(struct sisters *s, bool covered, const char *found,
                       const char *head);

#endif
