/*
 * arena.h - many small allocations that live and die together: the paths and
 * chunk lists of 20 000 file records.
 *
 * Starts as {0}.  Nothing is released one by one; what was handed out stays
 * where it is until arena_clear().
 * Threads: one arena, one thread at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_ARENA_H
#define SERVICES_SYNC_ENGINE_REPO_ARENA_H

#include <stddef.h>

struct arena_block; /* private */

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used_bytes;          /* handed out, for memory accounting */
};

/*
 * Hand out size bytes, aligned for any object, contents undefined.
 *
 * Returns NULL when out of memory.  size 0 gives a valid, useless pointer.
 */
void *arena_alloc(struct arena *a, size_t size);

/* Hand out a copy of len bytes with a NUL behind it, or NULL. */
char *arena_text(struct arena *a, const char *text, size_t len);

/* Hand out a copy of size bytes, aligned for any object, or NULL. */
void *arena_copy(struct arena *a, const void *data, size_t size);

/* Release everything; a is {0} again.  {0} and NULL are fine. */
void arena_clear(struct arena *a);

#endif
