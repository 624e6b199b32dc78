/*
 * lines.h - what changed about an engine, as one line: `watch` where there is
 * no terminal.  A line for each change of state, run, phase or end of a run,
 * none for mere progress.  Pure.
 */
#ifndef TOOLS_SYNCBUS_LINES_H
#define TOOLS_SYNCBUS_LINES_H

#include "services/bus-client/copy.h"

#define LINES_MAX 4096

/* What was said of one engine last; all zero at first. */
struct lines_memory {
    char id[TOPIC_ID_MAX];
    bool is_known;
    enum copy_shown shown;
    enum verdict_live live;
    uint64_t epoch_us, run, last_run, last_at_ms;
    char phase[PHASE_TOKEN_MAX];
};

/*
 * Compare with what was said last, and remember.  Returns whether out now
 * holds a line (without time and line end).
 */
bool lines_next(char out[LINES_MAX], struct lines_memory *m,
                const struct copy_engine *e);

#endif
