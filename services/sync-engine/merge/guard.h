/*
 * guard.h - "this looks like an accident": the mass-delete guard.
 *
 * An index in the store is neither encrypted nor authenticated (10.1, 16):
 * whoever can write there can make every device delete its files.
 * Threads: pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_GUARD_H
#define SERVICES_SYNC_ENGINE_MERGE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#define GUARD_FILES_MIN 100 /* so many may always be removed */

/*
 * Would removing removes of the workspace's files need a confirmation?  More
 * than GUARD_FILES_MIN, and more than percent of files.  percent 100 allows
 * everything.
 */
bool guard_is_mass_delete(size_t removes, size_t files, unsigned percent);

#endif
