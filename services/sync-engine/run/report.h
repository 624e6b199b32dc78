/*
 * report.h - what a run did, file by file: changes here, files sent, and
 * conflicts with their winner and the copy of the loser.
 *
 * In the state folder: changes/<run>.jsonl for the last REPORT_RUNS_MAX runs,
 * one JSON value a line: ["+","/path",size] with + ~ - for added, changed,
 * removed here and > for sent; then {"path","conflict","winner","kept"}, kept
 * below the workspace, "" when there is nothing to keep.
 * Threads: one.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_REPORT_H
#define SERVICES_SYNC_ENGINE_RUN_REPORT_H

#include "services/sync-engine/repo/arena.h"

#include <stddef.h>
#include <stdint.h>

#define REPORT_RUNS_MAX    50
#define REPORT_CHANGES_MAX 200000 /* of one run; more are not remembered */
#define REPORT_FOLDER      "changes"

enum report_kind {
    REPORT_ADDED = '+',
    REPORT_CHANGED = '~',
    REPORT_REMOVED = '-',
    REPORT_SENT = '>',
};

struct report_change {
    enum report_kind kind;
    const char *path;
    int64_t size;
};

struct report_conflict {
    const char *path;
    const char *kind;   /* decide_conflict_name() */
    const char *winner; /* decide_side_name() */
    const char *kept;
};

/* Starts as {0}. */
struct report {
    struct report_change *changes;
    size_t change_count, change_cap;
    struct report_conflict *conflicts; /* by path: a run may have thousands */
    size_t conflict_count, conflict_cap;
    struct arena arena; /* holds the texts */
};

/* Add a copy.  Returns 0 or -ENOMEM. */
int report_add_change(struct report *r, const struct report_change *c);

/* The same; the second conflict about a path replaces the first. */
int report_add_conflict(struct report *r, const struct report_conflict *c);

/*
 * Write the report of a run, if it says anything, to the folder changes/ of
 * the state folder dir_fd, and remove those of old runs.
 *
 * Returns 0 or -errno.
 */
int report_save(const struct report *r, int dir_fd, uint64_t run);

/* Remove what a killed process left half-written.  Returns 0 or -errno. */
int report_sweep(int dir_fd);

/* Release everything; {0} is fine. */
void report_clear(struct report *r);

#endif
