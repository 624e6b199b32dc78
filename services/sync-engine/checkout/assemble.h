/*
 * assemble.h - the content of a file record, from its chunks.
 *
 * Threads: any, each with its own struct worker.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_ASSEMBLE_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_ASSEMBLE_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/worker.h"

#include <stddef.h>
#include <time.h>

#define ASSEMBLE_DIFFERS 1

/* What and whence; on_bytes may be NULL. */
struct assemble {
    struct objects *objects;
    const struct file_record *record;
    const char *root; /* the path's folder, for messages */
    void (*on_bytes)(void *ctx, size_t bytes);
    void *ctx;
};

/*
 * Write the content to fd, every chunk and the size verified, and set atime
 * and mtime.
 *
 * Returns 0, or a negative value with *p filled (PROBLEM_DAMAGED,
 * PROBLEM_DISK_FULL, ...).
 */
int assemble_write(const struct assemble *a, struct worker *w, int fd,
                   struct problem *p);

/*
 * Does the file dir_fd/name (no symbolic link) have this content?
 *
 * Returns 0; ASSEMBLE_DIFFERS, also when a chunk is missing or the file cannot
 * be opened; or a negative value with *p filled.
 */
int assemble_compare(const struct assemble *a, struct worker *w, int dir_fd,
                     const char *name, struct problem *p);

/* ms since 1970, as atime and mtime for futimens(). */
void assemble_times(struct timespec out[2], int64_t updated_ms);

#endif
