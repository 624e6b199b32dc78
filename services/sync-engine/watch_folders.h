/*
 * watch_folders.h - which folder an inotify watch number stands for.
 *
 * Sorted by number, for that is how events name a folder; the kernel counts
 * numbers up, so a new one is nearly always the last.  Threads: one.
 */
#ifndef SERVICES_SYNC_ENGINE_WATCH_FOLDERS_H
#define SERVICES_SYNC_ENGINE_WATCH_FOLDERS_H

#include <stddef.h>

struct watch_folder {
    int wd;
    unsigned round; /* as last set */
    char *path;     /* "/a/b" in data/; "" is data/ itself */
};

/* Starts as {0}. */
struct watch_folders {
    struct watch_folder *all; /* sorted by wd */
    size_t count, cap;
};

/* The folder of wd, valid until the next change; NULL when unknown. */
const struct watch_folder *watch_folders_find(const struct watch_folders *f,
                                              int wd);

/*
 * Set path (copied) and round of wd, known or new: the kernel gives a folder
 * that is watched already the number it has.  Returns 0 or -ENOMEM.
 */
int watch_folders_set(struct watch_folders *f, int wd, const char *path,
                      unsigned round);

/* Remove all[i]. */
void watch_folders_forget(struct watch_folders *f, size_t i);

/* Release everything; f is {0} again. */
void watch_folders_clear(struct watch_folders *f);

#endif
