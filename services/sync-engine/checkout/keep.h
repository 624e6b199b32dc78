/*
 * keep.h - history copies (section 6.7): the versions that lose, kept in
 * <workspace>/history/<YYYY-MM-DD-HHMMSS>-sync/<path>, where a kernel's
 * history view finds them.
 *
 * The folder appears complete and durable or not at all; a failure stops the
 * sync before the data directory is touched.  After a kill: sweep.h.
 * Threads: one at a time for one workspace.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_KEEP_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_KEEP_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define KEEP_FOLDER_MAX                                                        \
    32 /* "history/2026-01-31-235959-sync", with the NUL                       \
        */

/* Called after each copy with its path; must be quick. */
typedef void (*keep_progress_fn)(void *ctx, const char *path);

struct keep_options {
    struct repo *repo; /* its object store has every chunk */
    const char *workspace;
    int state_fd;                 /* the state folder, for intent.h */
    int64_t started_ms;           /* of the sync, since 1970 */
    const atomic_bool *cancel;    /* looked at per file; or NULL */
    keep_progress_fn on_progress; /* or NULL */
    void *ctx;
};

/*
 * Keep a copy of each file, verified, with its mtime and mode 0600.  The folder
 * is named after started_ms in local time, or the next second no other has.
 * What an earlier call has kept since keep_end() is not kept again.
 *
 * Returns 0 and writes the folder, relative to the workspace, to folder ("" if
 * there is nothing more to keep); or a negative value with *p filled as
 * checkout_run(), folder "" and nothing left behind.
 */
int keep_run(char folder[KEEP_FOLDER_MAX],
             const struct file_record *const *files, size_t count,
             const struct keep_options *opt, struct problem *p);

/*
 * Where is the copy of this file?  Writes its folder, relative to the
 * workspace, to folder; "" when nothing has been kept since keep_end().
 */
void keep_find(char folder[KEEP_FOLDER_MAX], const struct file_record *file,
               const struct keep_options *opt);

/* The sync ended well: what loses from now on is kept anew. */
void keep_end(int state_fd);

/*
 * Keep the file `name` of the folder dir_fd, which is data's file at path, by
 * a second link in the history; for files no object has.
 *
 * Returns 0, or a negative value with *p filled.
 */
struct keep_found {
    const char *workspace;
    int64_t started_ms;
    int dir_fd;
    const char *name;
    const char *path;
};
int keep_link(const struct keep_found *found, struct problem *p);

#endif
