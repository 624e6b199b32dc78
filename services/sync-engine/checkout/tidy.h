/*
 * tidy.h - remove folders without entries from the data directory (6.8).
 *
 * Threads: one at a time for one workspace.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_TIDY_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_TIDY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Remove every empty folder below data_fd, depth first, not the folder itself.
 * Symbolic links are entries and are not followed.  name is data's path, for
 * the log: what cannot be read or removed is said there and left.
 *
 * Returns the number of folders removed.
 */
size_t tidy_run(int data_fd, const char *name);

/* Is a folder of this name neither removed nor entered? */
bool tidy_spares(const char *name);

#endif
