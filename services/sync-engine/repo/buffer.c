#include "services/sync-engine/repo/buffer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 4096

int
buffer_reserve(struct buffer *b, size_t extra)
{
    size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap + b->cap / 2;
    unsigned char *data;

    if (extra <= b->cap - b->len)
        return 0;
    if (extra > SIZE_MAX / 2 - b->len)
        return -ENOMEM;
    if (cap < b->len + extra)
        cap = b->len + extra;
    data = realloc(b->data, cap);
    if (data == NULL)
        return -ENOMEM;
    b->data = data;
    b->cap = cap;
    return 0;
}

int
buffer_append(struct buffer *b, const void *data, size_t len)
{
    int rc = buffer_reserve(b, len);

    if (rc != 0)
        return rc;
    if (len != 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    return 0;
}

void
buffer_clear(struct buffer *b)
{
    if (b == NULL)
        return;
    free(b->data);
    *b = (struct buffer){0};
}
