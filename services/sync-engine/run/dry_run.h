/*
 * dry_run.h - what --dry-run works in: a throw-away state folder that begins
 * where the real one is, so that nothing is touched but it.
 *
 * Names of snapshots are copied; objects are looked up in the real repository
 * when the throw-away one lacks them (objects_look_below()).
 * Threads: one.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_DRY_RUN_H
#define SERVICES_SYNC_ENGINE_RUN_DRY_RUN_H

#define DRY_RUN_PATH_MAX 256

struct dry_run {
    int below_fd;                /* of the real repository; -1: none yet */
    char path[DRY_RUN_PATH_MAX]; /* of the throw-away folder; "": none */
};

#define DRY_RUN_NOTHING                                                        \
    {                                                                          \
        .below_fd = -1                                                         \
    }

/*
 * Make the throw-away folder below $TMPDIR or /tmp, for the state folder
 * `state`, which need not exist.
 *
 * Returns 0, or -errno after a log line; *out wants dry_run_close() in both
 * cases.
 */
int dry_run_open(struct dry_run *out, const char *state);

/* Remove the folder.  Accepts every half-open state, DRY_RUN_NOTHING too. */
void dry_run_close(struct dry_run *d);

#endif
