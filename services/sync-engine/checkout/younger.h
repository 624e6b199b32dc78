/*
 * younger.h - give a file of the workspace another second.
 *
 * A file object's id is made of path and second (3.4): an edit whose id the
 * store has for another content gets one of its own only by another time
 * (10.1, 3).
 * Threads: any.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_YOUNGER_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_YOUNGER_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/problem.h"

/*
 * Make the file a second younger than the snapshot saw it.  One that is gone,
 * or of another second by now, is left alone: the next snapshot tells.
 *
 * Returns 0, or a negative value with *p filled.
 */
int younger_make(int data_fd, const char *root, const struct file_record *seen,
                 struct problem *p);

#endif
