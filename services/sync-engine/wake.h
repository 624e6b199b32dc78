/*
 * wake.h - what ends the wait for the next run: the clock, an edit of the
 * workspace, or the wish to stop.
 *
 * Threads: one.
 */
#ifndef SERVICES_SYNC_ENGINE_WAKE_H
#define SERVICES_SYNC_ENGINE_WAKE_H

#include "services/sync-engine/debounce.h"
#include "services/sync-engine/run/report.h"

#include <stdbool.h>
#include <stdint.h>

struct watch;

/* Starts as {0}. */
struct wake {
    bool automatic;      /* else only the wish to stop ends a wait */
    bool failed;         /* the last run did: edits wait for the back-off */
    uint64_t next_at_ms; /* monotonic; 0: at once */
    struct watch *watch; /* NULL: edits wait for the clock */
    struct debounce edits;
};

/*
 * Begin to watch workspace/data.  Without success edits wait for the clock,
 * and one log line says why.
 */
void wake_watch(struct wake *w, const char *workspace);

/*
 * Sleep.  Returns true when it is time to run: what was edited before is part
 * of that run; false when stop_fd asks to stop.
 */
bool wake_wait(struct wake *w, int stop_fd);

/*
 * A run has ended, and the next one is due in delay_ms.  What the run wrote
 * by its report is no edit; what somebody else did meanwhile is.
 */
void wake_ran(struct wake *w, const struct report *written, bool failed,
              uint64_t delay_ms);

/* Release everything. */
void wake_clear(struct wake *w);

#endif
