/*
 * orders.h - where whoever takes commands and whoever begins runs meet: the
 * desk of bus/commands.h behind a lock, and a descriptor that tells of news.
 *
 * Threads: any; nobody waits for longer than a copy.
 */
#ifndef SERVICES_SYNC_ENGINE_ORDERS_H
#define SERVICES_SYNC_ENGINE_ORDERS_H

#include "services/sync-engine/bus/commands.h"
#include "services/sync-engine/run/cancel.h"

#include <pthread.h>
#include <stdbool.h>

struct orders {
    pthread_mutex_t mutex;
    int fd; /* an eventfd, readable when there is news; -1: nothing */
    struct cancel *cancel;
    struct commands_desk desk;
};

/*
 * Cancel is that of all runs, and outlives this; last_run is the number of
 * the newest finished one.  Returns 0, or -errno and orders with fd -1.
 */
int orders_init(struct orders *o, struct cancel *cancel, bool enabled,
                uint64_t last_run);

/* fd -1 is fine. */
void orders_clear(struct orders *o);

/* Make fd readable. */
void orders_wake(struct orders *o);

/* ---- who takes commands ---- */

/* commands_decide(), and do what is left of it but switching and listing. */
struct commands_decision orders_take(struct orders *o, const struct command *c);

void orders_switch(struct orders *o, bool enabled);

/* ---- who begins runs ---- */

/* The desk as it is now; fd is not readable until there is more news. */
struct commands_desk orders_look(struct orders *o);

/* commands_begin(); from here on a wish to cancel means this run. */
bool orders_begin(struct orders *o, struct commands_order *out);

void orders_end(struct orders *o);

#endif
