/*
 * run_device.h - a device for tests of the run: workspace, repository and
 * state below a scratch folder, one thread for everything.
 *
 * Failures end the test (cmocka).
 */
#ifndef TESTS_SUPPORT_RUN_DEVICE_H
#define TESTS_SUPPORT_RUN_DEVICE_H

#include "services/sync-engine/run/run.h"
#include "tests/support/scratch.h"

#include <limits.h>

struct run_device {
    const struct scratch *folder;
    const char *name;
    struct repo *repo;
    struct progress *progress;
    struct cancel cancel;
    char workspace[PATH_MAX];
    unsigned max_delete;
    bool conflict_docs;
    struct report report; /* of the last run */
    unsigned steps;       /* steps the last run has finished */
};

void run_device_open(struct run_device *d, const struct scratch *folder,
                     const char *name);
void run_device_close(struct run_device *d);

/* Write a file of the data folder; the time is seconds after an epoch. */
void run_device_write(const struct run_device *d, const char *path,
                      const char *text, int seconds);
void run_device_remove(const struct run_device *d, const char *path);

/* The content of a file of the data folder, "" when there is none. */
const char *run_device_read(const struct run_device *d, const char *path);

/* How many files below the history folder hold this text? */
size_t run_device_kept(const struct run_device *d, const char *text);

struct run_result run_device_sync(struct run_device *d, struct store *store,
                                  enum run_direction direction);

#endif
