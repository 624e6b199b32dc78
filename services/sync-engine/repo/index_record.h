/*
 * index_record.h - one snapshot (section 3.5) and the list of snapshots
 * (section 3.8), as JSON.
 *
 * Both own nothing: all text and ids belong to the arena they were decoded
 * into, or to whoever filled them in.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_INDEX_RECORD_H
#define SERVICES_SYNC_ENGINE_REPO_INDEX_RECORD_H

#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/oid.h"

#include <stddef.h>
#include <stdint.h>

/* Text is never NULL after decoding; NULL is written as "". */
struct index_record {
    struct oid id;
    const char *memo;
    int64_t created;         /* ms since 1970 */
    const struct oid *files; /* ids of file objects; order means nothing */
    size_t count;
    int64_t size; /* bytes of all files */
    const char *system_id;
    const char *system_name;
    const char *system_os;      /* linux, windows, android, ... */
    const char *check_index_id; /* "" or 40 hex characters */
    const char *key_check;      /* aesKeyVerifyVal, see cipher.h */
};

/* One line of indexes-v2.json. */
struct index_entry {
    struct oid id;
    const char *system_id;
    const char *system_name;
    const char *system_os;
};

struct index_list {
    struct index_entry *entries; /* newest first */
    size_t count;
};

/*
 * Append the index's JSON, byte for byte as a kernel writes it.
 *
 * Returns 0, or -ENOMEM and leaves *out as it was.
 */
int index_record_encode(struct buffer *out, const struct index_record *x);

/*
 * Read the JSON of an index, whoever wrote it.  want, if not NULL, is the id
 * it was asked for under.  The key check value is not looked at here.
 *
 * Returns 0 and fills *out, which lives in a.  On failure *out is left alone:
 *   -EBADMSG  not an index: JSON, types, ranges, count not that of files
 *   -EUCLEAN  its id is not want
 *   -ENOMEM
 */
int index_record_decode(struct index_record *out, struct arena *a,
                        const struct buffer *json, const struct oid *want);

/* Append indexes-v2.json, indented as a kernel does.  0, or -ENOMEM. */
int index_list_encode(struct buffer *out, const struct index_list *l);

/*
 * Read indexes-v2.json, whoever wrote it.
 *
 * Returns 0 and fills *out, which lives in a; -EBADMSG or -ENOMEM and leaves
 * *out alone.
 */
int index_list_decode(struct index_list *out, struct arena *a,
                      const struct buffer *json);

#endif
