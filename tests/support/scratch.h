/*
 * scratch.h - a folder of its own for one test, gone with it.
 *
 * Failures end the test (cmocka); names are relative to the folder.
 */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

struct scratch {
    char path[64]; /* absolute */
};

void scratch_make(struct scratch *s);
void scratch_remove(struct scratch *s);

/* Write a file, and the folders above it; mtime_ms is set unless 0. */
void scratch_write(const struct scratch *s, const char *name, const char *text,
                   int64_t mtime_ms);
void scratch_write_bytes(const struct scratch *s, const char *name,
                         const void *data, size_t len);
void scratch_touch(const struct scratch *s, const char *name, int64_t mtime_ms);
int64_t scratch_mtime_ms(const struct scratch *s, const char *name);

/* "<folder>/<name>" into out, of PATH_MAX bytes; returns out. */
char *scratch_path(const struct scratch *s, const char *name, char *out);

/* Is there something of this name? */
int scratch_has(const struct scratch *s, const char *name);

/* How many entries at any depth have this ending in their name? */
size_t scratch_count(const struct scratch *s, const char *name,
                     const char *ending);

/*
 * Run fn in a process without root's rights (setuid nobody; the folder is
 * given to it), so that permissions count.  Returns what fn returned.
 */
int scratch_as_nobody(const struct scratch *s, int (*fn)(void *), void *ctx);

/*
 * Run fn in a process with a file system of 256 KiB mounted at the folder
 * `name`.  Returns what fn returned, or -1 when mounting is not allowed here.
 */
int scratch_with_small_disk(const struct scratch *s, const char *name,
                            int (*fn)(void *), void *ctx);

#endif
