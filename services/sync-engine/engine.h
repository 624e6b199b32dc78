/*
 * engine.h - one workspace kept in sync with one store: when to run, and what
 * is remembered of each run.
 *
 * Threads: made, run and freed by one; it starts those of the bus and one for
 * each run.
 */
#ifndef SERVICES_SYNC_ENGINE_ENGINE_H
#define SERVICES_SYNC_ENGINE_ENGINE_H

#include "services/sync-engine/bus/bus.h"
#include "services/sync-engine/repo/key.h"
#include "services/sync-engine/run/run.h"
#include "services/sync-engine/upkeep.h"

#include <stdbool.h>
#include <stdint.h>

/* Everything is checked already, and outlives the engine. */
struct engine_options {
    const char *id;
    const char *host;
    const char *workspace;
    const char *state; /* the state folder */
    const char *local_path;
    const char *cloud_name;
    struct bus_hub hub;
    struct repo_key key;
    uint64_t interval_ms;
    enum run_direction direction;
    unsigned workers;     /* objects sent or fetched at a time */
    unsigned max_delete;  /* percent */
    struct upkeep upkeep; /* days and per_day are set */
    bool conflict_docs;
    bool dry_run;   /* state is a throw-away folder; nobody is told */
    int below_fd;   /* of a dry run: the real repository, or -1 */
    bool automatic; /* runs by itself; else only when told to */
    bool watch;     /* an edit asks for a run, too */
    bool once;      /* whatever is switched off; takes no commands */
    bool share_names;
};

struct engine;

#define ENGINE_CONFIG 1 /* outcome: a setting is wrong */
#define ENGINE_FAILED 1 /* outcome: the only run failed */

/*
 * Open the state folder and the repository, go on the bus.
 *
 * Returns 0 and *out, which goes to engine_free(); ENGINE_CONFIG or -errno
 * after a log line, and *out NULL.
 */
int engine_new(struct engine **out, const struct engine_options *opt);

/*
 * Run until stop_fd asks to stop, or once.  With `once` a summary line goes
 * to standard output.
 *
 * Returns 0; ENGINE_FAILED; or -errno.
 */
int engine_run(struct engine *e, int stop_fd);

/* Says bye.  NULL is fine. */
void engine_free(struct engine *e);

#endif
