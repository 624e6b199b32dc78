/*
 * folders.h - the folder a file lies in, reached step by step from a root and
 * crossing no symbolic link (10.1, 15).
 *
 * The last folder stays open: files that lie together cost one way only.
 * Threads: a struct folders belongs to one; a struct folders_made is shared.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_FOLDERS_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_FOLDERS_H

#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/path.h"
#include "services/sync-engine/repo/problem.h"

#include <pthread.h>
#include <stddef.h>

#define FOLDERS_ABSENT 1

/* The folders made, so that a failure can take them back. */
struct folders_made {
    pthread_mutex_t lock;
    const char **paths; /* "/"-rooted; a folder comes before those in it */
    size_t count;
    size_t cap;
    struct arena arena;
};

struct folders {
    int root_fd;               /* the caller's */
    const char *root;          /* its path, for messages */
    struct folders_made *made; /* NULL: do not make any */
    int fd;                    /* the current folder, or -1 */
    size_t len;
    char at[PATH_LEN_MAX + 1]; /* its path: len bytes */
};

/* made may be NULL. */
void folders_init(struct folders *f, int root_fd, const char *root,
                  struct folders_made *made);

/*
 * Make the folder of the file at path (path_check()ed) the current one, with
 * the missing ones made (0755).
 *
 * Returns 0 and f->fd is valid until the next call; FOLDERS_ABSENT when there
 * is no such folder and none is to be made; or a negative value with *p filled
 * (PROBLEM_UNSAFE_PATH: a symbolic link on the way; to be made: a file in the
 * way, or nested too deep for a snapshot).
 */
int folders_enter(struct folders *f, const char *path, struct problem *p);

/* Close the current folder; it is entered anew next time. */
void folders_leave(struct folders *f);

/* Returns 0, or -errno with *p filled. */
int folders_made_init(struct folders_made *m, struct problem *p);

/* Remove those made that are still empty. */
void folders_made_undo(struct folders_made *m, int root_fd, const char *root);

void folders_made_clear(struct folders_made *m);

/* The file's own name within its folder. */
const char *folders_name(const char *path);

/* Rename temp to name, never over anything.  0, -EEXIST, or -errno. */
int folders_rename_new(int dir_fd, const char *temp, const char *name);

#endif
