/*
 * walk.h - which files a workspace holds (sections 5.1 and 5.2).
 *
 * Symbolic links are not followed.  What vanishes during the walk is skipped;
 * whatever else cannot be read ends it, for a file left out here is deleted
 * on every other device.
 *
 * Threads: one walk, one thread; a finished list may be read by many.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_WALK_H
#define SERVICES_SYNC_ENGINE_REPO_WALK_H

#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/ignore.h"
#include "services/sync-engine/repo/problem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define WALK_DEPTH_MAX 200 /* nested folders; each costs a descriptor */

/* One regular file, as it was when the walk came by. */
struct walk_file {
    const char *path; /* "/"-rooted, in the list's arena */
    int64_t size;     /* bytes */
    int64_t seconds;  /* mtime */
    uint32_t nanoseconds;
    uint64_t inode; /* finds out a file replaced by another */
};

/* Starts as {0}. */
struct walk_list {
    struct walk_file *files; /* sorted by path, bytewise */
    size_t count;
    size_t cap;
    int64_t size; /* bytes of all files */
    struct arena arena;
};

/* Called now and then with the number of files found so far. */
typedef void (*walk_progress_fn)(void *ctx, size_t files);

struct walk_options {
    int data_fd;           /* the workspace's data folder */
    const char *name;      /* its path, for messages */
    struct ignore *ignore; /* patterns; or NULL */
    const atomic_bool *cancel;
    walk_progress_fn on_progress; /* or NULL */
    void *ctx;
};

/*
 * List every file that belongs into a snapshot; *out comes in empty.
 *
 * Returns 0, or a negative value with *p filled (PROBLEM_UNREADABLE,
 * PROBLEM_UNSAFE_PATH, PROBLEM_CANCELLED) and *out empty.
 */
int walk_run(struct walk_list *out, const struct walk_options *opt,
             struct problem *p);

/* mtime in ms since 1970, as records hold it. */
int64_t walk_updated_ms(const struct walk_file *f);

/* Is st still the file the walk saw: same file, size and time? */
bool walk_is_same(const struct walk_file *f, const struct stat *st);

/* Take over what a later stat says. */
void walk_set(struct walk_file *f, const struct stat *st);

/*
 * Open a file of the list for reading, crossing no symbolic link.
 *
 * Returns a descriptor, or -errno: -ENOENT, -ENOTDIR and -ELOOP mean that the
 * file is no longer what the walk saw.
 */
int walk_open_file(int data_fd, const char *path);

/* Release everything; l is {0} again.  {0} and NULL are fine. */
void walk_clear(struct walk_list *l);

#endif
