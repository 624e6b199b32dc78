/*
 * folder.h - the entries of one folder of the workspace that may matter:
 * regular files, and folders the fixed rules do not skip.
 *
 * A folder's name is sorted as if it ended in "/", so that a walk in this
 * order lists whole paths sorted bytewise.
 * Threads: a struct folder belongs to one.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_FOLDER_H
#define SERVICES_SYNC_ENGINE_REPO_FOLDER_H

#include "services/sync-engine/repo/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct folder_entry {
    const char *name;
    bool is_folder;
};

/* Starts as {0}. */
struct folder {
    struct folder_entry *entries; /* sorted */
    size_t count;
    size_t cap;
    struct arena arena; /* holds the names */
};

/*
 * Read the open folder fd into f, which comes in empty.
 *
 * Returns 0, or -errno; folder_clear() either way.
 */
int folder_read(struct folder *f, int fd);

/* Release everything; f is {0} again. */
void folder_clear(struct folder *f);

#endif
