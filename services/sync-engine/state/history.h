/*
 * history.h - runs.jsonl: one line per finished run, the last thousand.
 *
 * Numbers of runs go on where the file ends, so that a run keeps its number
 * after a restart.  Threads: one, but for history_visit().
 */
#ifndef SERVICES_SYNC_ENGINE_STATE_HISTORY_H
#define SERVICES_SYNC_ENGINE_STATE_HISTORY_H

#include "proto/state_last.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_MAX 1000 /* lines kept */

struct history {
    int dir_fd;   /* of the state folder; kept by the caller */
    size_t lines; /* in the file */
    bool any;     /* last holds the newest run */
    struct state_last last;
    uint64_t synced_at_ms; /* end of the last successful run; 0: never */
};

/*
 * Read the file; one that is missing is empty, lines that make no sense are
 * skipped.  Returns 0 or -errno.
 */
int history_load(struct history *out, int dir_fd);

/* Called for each run; false ends it. */
typedef bool (*history_fn)(void *ctx, const struct state_last *run);

/*
 * Visit the finished runs, newest first, from any thread: a line that is
 * being written is one that makes no sense.  Returns 0 or -errno.
 */
int history_visit(int dir_fd, history_fn fn, void *ctx);

/* Add a run, dropping the oldest beyond HISTORY_MAX.  Returns 0 or -errno. */
int history_add(struct history *h, const struct state_last *run);

#endif
