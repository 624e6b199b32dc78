/*
 * seen.h - is what stands at a path still what the snapshot saw (10.1, 18)?
 *
 * Size and time tell.  Same second and other milliseconds is what a snapshot
 * takes as unchanged when the content is: then the content is compared.
 * Threads: any, each with its own struct worker.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_SEEN_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_SEEN_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/worker.h"

#include <stdint.h>

/* Outcomes beside 0, "as it was seen". */
#define SEEN_GONE     1 /* a file was seen, there is nothing */
#define SEEN_CHANGED  2 /* another file, or one that was not there */
#define SEEN_WANTED   3 /* not what was seen, but what is to be written */
#define SEEN_LEFT_OUT 4 /* a file the snapshot did not take: it is ignored */
#define SEEN_FOLDER   5
#define SEEN_SPECIAL  6 /* a symbolic link, a device, ... */

struct seen {
    struct objects *objects;
    const char *root;               /* data's path, for messages */
    int dir_fd;                     /* of the folder */
    const char *name;               /* in it */
    const struct file_record *was;  /* in the snapshot; NULL: nothing */
    const struct file_record *want; /* to be written; NULL: to be removed */
    int64_t seen_at_ms;             /* wall clock before the snapshot */
};

/* Returns 0, an outcome, or a negative value with *p filled. */
int seen_check(const struct seen *s, struct worker *w, struct problem *p);

#endif
