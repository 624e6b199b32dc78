/*
 * content.h - the whole content of one file version, from the repository.
 * For the few small files that are looked into: documents, the syncignore.
 *
 * Threads: one at a time for one repository.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_CONTENT_H
#define SERVICES_SYNC_ENGINE_RUN_CONTENT_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#define CONTENT_TOO_LARGE 1

/*
 * Read a version of at most max bytes into *out, over what it held.
 *
 * Returns 0, CONTENT_TOO_LARGE, or a negative value with *p filled
 * (PROBLEM_DAMAGED: a chunk is missing or bad).
 */
int content_read(struct buffer *out, struct repo *r,
                 const struct file_record *f, size_t max, struct problem *p);

#endif
