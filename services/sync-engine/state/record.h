/*
 * record.h - what is remembered and said of a finished run.
 */
#ifndef SERVICES_SYNC_ENGINE_STATE_RECORD_H
#define SERVICES_SYNC_ENGINE_STATE_RECORD_H

#include "services/sync-engine/run/run.h"
#include "services/sync-engine/state/history.h"
#include "services/sync-engine/state/journal.h"

#include <stdbool.h>

/* The record of a run that ended now; its number is the caller's to set. */
void record_run(struct state_last *out, const struct run_result *result,
                enum run_direction direction, uint64_t duration_ms);

/*
 * The record of a run that an earlier process left in its journal; number 0
 * when the journal does not tell; direction counts when that does not, either.
 */
void record_interrupted(struct state_last *out, const struct journal *journal,
                        enum run_direction direction);

/* Did it end because somebody, or the end of the engine, called it off? */
bool record_is_called_off(const struct run_result *result);

/* One log line: an error with text, remedy and cause, or what was done. */
void record_log(const struct state_last *last, const struct run_result *result);

/* The same on standard output, for `--once`.  Returns 0 or -errno. */
int record_print(const struct state_last *last,
                 const struct run_result *result);

#endif
