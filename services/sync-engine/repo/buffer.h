/*
 * buffer.h - bytes that grow: what encoders and the codec write to.
 *
 * Starts as {0}.  A buffer is kept and reused (len = 0) so that a worker
 * allocates once, not once per file.
 * Threads: one buffer, one thread at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_BUFFER_H
#define SERVICES_SYNC_ENGINE_REPO_BUFFER_H

#include <stddef.h>

struct buffer {
    unsigned char *data; /* NULL while cap is 0 */
    size_t len;          /* bytes in use */
    size_t cap;          /* bytes allocated */
};

/*
 * Make room for extra bytes behind len; they are not counted as used.
 *
 * Returns 0, or -ENOMEM and changes nothing.
 */
int buffer_reserve(struct buffer *b, size_t extra);

/* Append len bytes.  Returns 0, or -ENOMEM and changes nothing. */
int buffer_append(struct buffer *b, const void *data, size_t len);

/* Release the memory; b is {0} again.  {0} and NULL are fine. */
void buffer_clear(struct buffer *b);

#endif
