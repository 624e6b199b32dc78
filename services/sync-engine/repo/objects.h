/*
 * objects.h - the object store (section 3.1): chunks and file objects, each
 * packed, sealed and named by its id, in objects/<2 hex>/<38 hex>.
 *
 * An object appears complete or not at all (temporary file, rename) and never
 * changes but by objects_replace(); it is not yet durable: repo_flush() before
 * anything names it.
 *
 * Threads: a struct objects may be shared; a struct worker belongs to one.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_OBJECTS_H
#define SERVICES_SYNC_ENGINE_REPO_OBJECTS_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/worker.h"

#include <stddef.h>
#include <stdint.h>

#define OBJECTS_ABSENT 1

#define OBJECTS_KEY_MAX 50 /* "objects/ab/cdef...", with the NUL */

struct objects;

/* The key of an object, which is also its path in the folder; returns out. */
char *objects_key(const struct oid *id, char out[OBJECTS_KEY_MAX]);

/*
 * Open the store below dir_fd (kept by the caller, who outlives it).
 *
 * Returns 0 and sets *out, which the caller gives to objects_close(); or
 * -errno with *p filled and *out NULL.
 */
int objects_open(struct objects **out, int dir_fd, struct problem *p);

/* NULL is fine. */
void objects_close(struct objects *o);

/*
 * Look for objects that are not there in the repository folder dir_fd, too
 * (kept by the caller); nothing is ever written to it.
 */
void objects_look_below(struct objects *o, int dir_fd);

/* Is it there?  0, OBJECTS_ABSENT, or -errno with *p filled. */
int objects_exists(struct objects *o, const struct oid *id, struct problem *p);

/* Size of the stored (sealed) bytes.  As objects_exists(). */
int objects_stored_size(struct objects *o, const struct oid *id, uint64_t *size,
                        struct problem *p);

/*
 * Store the plain bytes of a chunk or the JSON of a file object under id,
 * unless something is there already.  The caller vouches for id.
 *
 * Returns 0, or -errno with *p filled.
 */
int objects_write(struct objects *o, struct worker *w, const struct oid *id,
                  const struct buffer *plain, struct problem *p);

/*
 * Store the JSON of a file object under id whatever is there: its id tells
 * path and time, not content.  Otherwise as objects_write().
 */
int objects_replace(struct objects *o, struct worker *w, const struct oid *id,
                    const struct buffer *plain, struct problem *p);

/*
 * Read a chunk and verify it against its id.  *out is overwritten.
 *
 * Returns 0, OBJECTS_ABSENT, or a negative value with *p filled
 * (PROBLEM_DAMAGED: does not open, unpack or hash to id).
 */
int objects_read_chunk(struct objects *o, struct worker *w,
                       const struct oid *id, struct buffer *out,
                       struct problem *p);

/* A file object with the arena its text goes to. */
struct objects_file {
    struct arena *arena;       /* in */
    struct file_record record; /* out: filled only on 0 */
};

/* Read a file object and verify it.  Returns as objects_read_chunk(). */
int objects_read_file(struct objects *o, struct worker *w, const struct oid *id,
                      struct objects_file *out, struct problem *p);

#endif
