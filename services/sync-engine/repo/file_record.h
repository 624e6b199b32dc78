/*
 * file_record.h - one file of a snapshot (section 3.4), its JSON object, and
 * the list of all files of a snapshot.
 *
 * A struct file_record owns nothing: path and chunks belong to a file_list or
 * an arena.  About 200 bytes a file, text included.
 * Threads: a list belongs to one thread at a time; a list that no longer
 * changes may be read by many.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_FILE_RECORD_H
#define SERVICES_SYNC_ENGINE_REPO_FILE_RECORD_H

#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/oid.h"

#include <stddef.h>
#include <stdint.h>

struct file_record {
    struct oid id;
    uint32_t chunk_count;     /* 0 only for records not stored yet */
    const char *path;         /* "/"-rooted, NUL-terminated, path_check()ed */
    const struct oid *chunks; /* in content order */
    int64_t size;             /* bytes */
    int64_t updated;          /* mtime, ms since 1970 */
};

/*
 * Append the record's JSON, byte for byte as a kernel writes it.
 *
 * Returns 0, or -ENOMEM and leaves *out as it was.
 */
int file_record_encode(struct buffer *out, const struct file_record *f);

/*
 * Read the JSON of a file object, whoever wrote it.  want, if not NULL, is the
 * id it was asked for under.
 *
 * Returns 0 and fills *out, whose text lives in a.  On failure *out is left
 * alone:
 *   -EBADMSG  not a file object: JSON, types, ranges, no chunks despite a size
 *   -EUCLEAN  its id is not the one of its path and time, or not want
 *   -EINVAL, -EILSEQ, -ENAMETOOLONG  a path we do not write, see path.h
 *   -ENOMEM
 */
int file_record_decode(struct file_record *out, struct arena *a,
                       const struct buffer *json, const struct oid *want);

/* All files of a snapshot.  Starts as {0}. */
struct file_list {
    struct file_record *files;
    size_t count;
    size_t cap;
    struct arena arena; /* holds paths and chunks */
};

/*
 * Append a copy of f, path and chunks included.
 *
 * Returns 0, or -ENOMEM and adds nothing.
 */
int file_list_add(struct file_list *l, const struct file_record *f);

/* Sort by path, bytewise, which is what file_list_find() needs. */
void file_list_sort(struct file_list *l);

/* The record of this path in a sorted list, or NULL; valid until l changes. */
struct file_record *file_list_find(const struct file_list *l, const char *path);

/* Release everything; l is {0} again.  {0} and NULL are fine. */
void file_list_clear(struct file_list *l);

#endif
