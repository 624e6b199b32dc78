/*
 * tree.h - remove a whole folder, or one that holds nothing but folders.
 *
 * Symbolic links are removed, never followed.
 * Threads: any.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_TREE_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_TREE_H

/* Remove the folder with all it holds.  Returns 0 (nothing there), -errno. */
int tree_remove(int dir_fd, const char *name);

/*
 * Remove the folder if there are only folders in it.
 *
 * Returns 0, -ENOTEMPTY when there is something else, or -errno; empty folders
 * in it may then be gone.
 */
int tree_prune(int dir_fd, const char *name);

#endif
