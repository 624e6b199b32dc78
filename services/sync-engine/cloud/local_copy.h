/*
 * local_copy.h - the bytes of one file into another, as cheaply as the system
 * allows.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_LOCAL_COPY_H
#define SERVICES_SYNC_ENGINE_CLOUD_LOCAL_COPY_H

#include <stdbool.h>
#include <stddef.h>

/* Write all of data.  Returns 0 or -errno. */
int local_write_all(int fd, const char *data, size_t size);

/*
 * Copy the whole regular file `from` into the new, empty file `to`.  from
 * does not change meanwhile.
 *
 * Returns 0; or -errno, *broken telling that reading is what failed.
 */
int local_copy(int to, int from, bool *broken);

#endif
