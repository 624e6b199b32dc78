/*
 * kept.h - the history folders a sync that has not ended well yet has made
 * (the file "kept" of the state folder, an intent of their names).  A sync
 * that begins again, and the next one after a failure, meet the same losers:
 * what lies there is not kept a second time.
 *
 * Threads: one at a time for one state folder.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_KEPT_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_KEPT_H

#include "services/sync-engine/checkout/assemble.h"
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/repo/problem.h"

#define KEPT_FILE "kept"
#define KEPT_MAX  32 /* folders; of more the oldest are forgotten */

/* Starts as {0}. */
struct kept {
    const char *workspace;
    int state_fd;
    struct intent note; /* "/<folder>", oldest first; none: {0} */
};

/*
 * Read what is noted for the workspace (kept by the caller, as state_fd is).
 * A note that is damaged, or about another workspace, says nothing.
 *
 * Returns 0, or -errno with *p filled; kept_clear() either way.
 */
int kept_read(struct kept *k, const char *workspace, int state_fd,
              struct problem *p);

/*
 * The folder of history/ (history_fd) with a copy of a->record, the newest
 * one, or NULL.  w NULL: path, size and time will do, else every byte counts.
 */
const char *kept_find(const struct kept *k, int history_fd,
                      const struct assemble *a, struct worker *w);

/*
 * Note one more folder, durably, before it gets its name.
 *
 * Returns 0, or -errno with *p filled.
 */
int kept_add(const struct kept *k, const char *folder, struct problem *p);

/* The sync ended well: the next loser is a new one. */
void kept_end(int state_fd);

void kept_clear(struct kept *k);

#endif
