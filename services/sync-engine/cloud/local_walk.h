/*
 * local_walk.h - every regular file below a folder.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_LOCAL_WALK_H
#define SERVICES_SYNC_ENGINE_CLOUD_LOCAL_WALK_H

/* path is relative to the folder walked; a negative return ends the walk. */
typedef int (*local_walk_fn)(void *ctx, const char *path);

/*
 * Call fn for each regular file at most three folders below `folder` (itself
 * below root_fd; "." is root_fd).  Symbolic links are not followed.  A folder
 * that does not exist has no files.  fn may unlink the file it was given.
 *
 * Returns 0, what fn returned, or -errno.
 */
int local_walk(int root_fd, const char *folder, local_walk_fn fn, void *ctx);

#endif
