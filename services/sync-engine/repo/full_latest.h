/*
 * full_latest.h - full-latest.json (section 3.10): the latest snapshot with
 * all its file records in one MessagePack map, so that an unchanged run needs
 * to read one file instead of 20 000 objects.
 *
 * A kernel trusts it when its id is that of refs/latest: it is written
 * exactly or not at all.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_FULL_LATEST_H
#define SERVICES_SYNC_ENGINE_REPO_FULL_LATEST_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/oid.h"

#include <stddef.h>

#define FULL_LATEST_MAX (512u << 20) /* bytes; larger ones are not read */

/*
 * Writing is begin, file for each of count files, end.  Each appends to *out;
 * the caller may write out and empty the buffer in between, so that memory
 * does not depend on the number of files.
 *
 * Each returns 0; -EOVERFLOW for a count or a path that MessagePack cannot
 * tell as the kernel would; or -ENOMEM.
 */
int full_latest_begin(struct buffer *out, const struct oid *id, size_t count);
int full_latest_file(struct buffer *out, const struct file_record *f);
int full_latest_end(struct buffer *out);

/*
 * Read a full-latest, whoever wrote it.  want is the id in refs/latest.
 *
 * Returns 0 and adds its files to *out, which the caller hands in empty.  On
 * failure *out is empty:
 *   -EBADMSG  not a full-latest, or a file's id, path or numbers are wrong
 *   -ESTALE   well begun, but of another snapshot
 *   -ENOMEM
 */
int full_latest_decode(struct file_list *out, const struct oid *want,
                       const void *data, size_t len);

#endif
