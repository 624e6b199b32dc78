/*
 * intake.h - take one file of the workspace into the object store (section
 * 5.4): its chunks, then its file object.
 *
 * Threads: any number at once, each with its own struct worker and file.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_INTAKE_H
#define SERVICES_SYNC_ENGINE_REPO_INTAKE_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/walk.h"
#include "services/sync-engine/repo/worker.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* The file is no longer what the walk saw: begin again with a new walk. */
#define INTAKE_CHANGED 1

/* Called after each chunk, by the worker's thread. */
typedef void (*intake_progress_fn)(void *ctx, const char *path, size_t bytes);

struct intake {
    struct objects *objects;
    int data_fd;               /* the workspace's data folder */
    const char *name;          /* its path, for messages */
    const atomic_bool *cancel; /* looked at per chunk; or NULL */
    bool look_only; /* chunks of large files are not stored, and the file's
                       time is advanced in *f alone */
    intake_progress_fn on_progress;
    void *ctx;
};

/*
 * Store f's chunks and its file object, unless they are there.  Where another
 * content is stored under the same id (same path and second), the file's own
 * mtime is advanced by whole seconds until the id is free (section 10.1-3);
 * *f follows.
 *
 * Returns 0 and fills *out, its path being f's and its chunks w's until w's
 * next file; INTAKE_CHANGED; or a negative value with *p filled
 * (PROBLEM_UNREADABLE, PROBLEM_CANCELLED, or from objects.h).
 */
int intake_run(const struct intake *in, struct worker *w, struct walk_file *f,
               struct file_record *out, struct problem *p);

#endif
