/*
 * chunker.h - where a file is cut into chunks (section 4).
 *
 * The cuts must be those of every other device, or the same content looks
 * like a conflict.  Files below CHUNKER_MIN are one chunk and need no chunker.
 *
 * The caller keeps the bytes from the start of the current chunk in a buffer
 * of at most CHUNKER_MAX bytes, and reads more behind them as long as no cut
 * is found:
 *
 *     len = chunker_cut(c, data, have);
 *     len > 0: data[0..len) is a chunk; the rest starts the next one
 *     len = 0: read more (CHUNKER_STEP bytes are a good measure); at the end
 *              of the file data[0..have) is the last chunk, if have > 0
 *
 * Threads: a struct chunker belongs to one worker.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_CHUNKER_H
#define SERVICES_SYNC_ENGINE_REPO_CHUNKER_H

#include <stddef.h>

#define CHUNKER_MIN  (512u << 10)
#define CHUNKER_MAX  (8u << 20)
#define CHUNKER_STEP (512u << 10)

struct chunker;

/*
 * Prepare a worker's tables.
 *
 * Returns 0 and sets *out, which the caller gives to chunker_free(); or
 * -ENOMEM and sets *out to NULL.
 */
int chunker_new(struct chunker **out);

/* Release.  NULL is fine. */
void chunker_free(struct chunker *c);

/* Forget a chunk begun: the next call starts a new file. */
void chunker_reset(struct chunker *c);

/*
 * Look for the end of the chunk that starts at data.  Between calls without a
 * cut the same bytes must come again, with more behind them; they may have
 * moved.  Nothing is looked at twice.
 *
 * Returns the length of the chunk, CHUNKER_MIN to CHUNKER_MAX and at most
 * len, after which the next chunk begins; or 0 when len bytes hold no cut.
 */
size_t chunker_cut(struct chunker *c, const unsigned char *data, size_t len);

#endif
