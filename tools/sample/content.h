/*
 * content.h - the bytes of one file of a sample, into a descriptor.
 */
#ifndef TOOLS_SAMPLE_CONTENT_H
#define TOOLS_SAMPLE_CONTENT_H

#include "tools/sample/catalog.h"

/*
 * Write the file e to fd: bytes that depend on seed, e and version only.
 * Returns 0 or -errno.
 */
int content_write(int fd, const struct catalog_entry *e, uint64_t seed,
                  unsigned version);

/* Write all of buf.  Returns 0 or -errno. */
int content_write_all(int fd, const void *buf, size_t len);

#endif
