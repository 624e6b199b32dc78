/*
 * upkeep.h - old local snapshots go, between runs (dejavu-format.md 5.6):
 * which of them is merge/retention.h, how is repo/purge.h, when is here.
 *
 * Threads: one at a time, the one that runs.
 */
#ifndef SERVICES_SYNC_ENGINE_UPKEEP_H
#define SERVICES_SYNC_ENGINE_UPKEEP_H

#include "services/sync-engine/run/run.h"

#include <stdbool.h>
#include <stdint.h>

#define UPKEEP_PERIOD_MS 21600000u /* six hours */

/* The rule, and when it was last applied. */
struct upkeep {
    unsigned days;        /* older snapshots go; 0: none ever does */
    unsigned per_day;     /* kept of a day that is not today */
    bool tried;           /* in this process */
    uint64_t tried_at_ms; /* monotonic */
};

/* Pure: is it time, after a run that succeeded? */
bool upkeep_is_due(const struct upkeep *u, uint64_t now_ms);

/*
 * Purge if it is time and there is an old snapshot: to be called when the run
 * of opt has succeeded, which is over by now, its cloud lock too.  A dry run
 * is left alone.  Ends soon after a cancel.
 *
 * What it came to is a log line: a failure here is no failure of the run.
 */
void upkeep_run(struct upkeep *u, const struct run_options *opt);

#endif
