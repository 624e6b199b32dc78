/*
 * pack.h - zstd as the repository uses it (section 2).
 *
 * Threads: a struct pack belongs to one worker.  It keeps zstd's contexts: a
 * new one per file costs a quarter of the time.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_PACK_H
#define SERVICES_SYNC_ENGINE_REPO_PACK_H

#include "services/sync-engine/repo/buffer.h"

#include <stddef.h>

#define PACK_LEVEL      3
#define PACK_CHUNK_MAX  (8u << 20)  /* plain bytes of a chunk, at most */
#define PACK_RECORD_MAX (64u << 20) /* of a file object */
#define PACK_INDEX_MAX  (64u << 20) /* of an index: 1.5 million files */

struct pack;

/*
 * Prepare a worker's contexts; memory is taken when first needed.
 *
 * Returns 0 and sets *out, which the caller gives to pack_free(); or -ENOMEM
 * and sets *out to NULL.
 */
int pack_new(struct pack **out);

/* Release.  NULL is fine. */
void pack_free(struct pack *p);

/*
 * Append src as one zstd frame to *out.  An empty src gives the 9-byte empty
 * frame.
 *
 * Returns 0, -ENOMEM, or -EIO; *out then holds what it held before.
 */
int pack_compress(struct pack *p, struct buffer *out, const void *src,
                  size_t len);

/*
 * Append what src unpacks to to *out: nothing for an empty src, the
 * concatenation of all frames otherwise; skippable frames count as nothing.
 * A content size in a frame is never trusted: memory grows with what really
 * comes out, up to max bytes.
 *
 * Returns 0, -EBADMSG when src is not complete zstd, -EFBIG when it unpacks to
 * more than max bytes, or -ENOMEM; *out then holds what it held before.
 */
int pack_decompress(struct pack *p, struct buffer *out, const void *src,
                    size_t len, size_t max);

#endif
