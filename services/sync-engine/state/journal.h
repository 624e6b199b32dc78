/*
 * journal.h - the file `journal`: which run is under way and which of its
 * steps it has finished.  Found at start, it tells of a run that never ended.
 */
#ifndef SERVICES_SYNC_ENGINE_STATE_JOURNAL_H
#define SERVICES_SYNC_ENGINE_STATE_JOURNAL_H

#include <stdint.h>

#define JOURNAL_STEP_MAX      32
#define JOURNAL_DIRECTION_MAX 16

struct journal {
    int dir_fd; /* of the state folder; kept by the caller */
    uint64_t run;
    uint64_t started_at_ms;      /* wall clock */
    char step[JOURNAL_STEP_MAX]; /* the last one finished; "" at first */
    char direction[JOURNAL_DIRECTION_MAX]; /* "both", ...; "": unknown */
};

#define JOURNAL_NONE 1 /* no run was interrupted */

/*
 * Read what an earlier process left.  Returns 0 and fills *out, JOURNAL_NONE,
 * or -errno.  A journal that cannot be understood is an interrupted run 0.
 */
int journal_load(struct journal *out, int dir_fd);

/* A run begins; out is what the next two take.  Returns 0 or -errno. */
int journal_begin(struct journal *out, int dir_fd, uint64_t run,
                  uint64_t now_ms, const char *direction);

/* The step is done.  Returns 0 or -errno. */
int journal_step(struct journal *j, const char *step);

/* The run has ended, well or not. */
void journal_end(struct journal *j);

#endif
