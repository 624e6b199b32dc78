#include "services/sync-engine/repo/pack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* Before any byte has come out, this many plain bytes a packed byte are
 * believed, and no more than the first of the steps the buffer grows by. */
#define BELIEVED_RATIO 32
#define FIRST_STEP     (64u << 10)

struct pack {
    ZSTD_CCtx *packing;
    ZSTD_DCtx *unpacking;
};

int
pack_new(struct pack **out)
{
    struct pack *p = calloc(1, sizeof *p);

    *out = NULL;
    if (p == NULL)
        return -ENOMEM;
    p->packing = ZSTD_createCCtx();
    p->unpacking = ZSTD_createDCtx();
    if (p->packing == NULL || p->unpacking == NULL) {
        pack_free(p);
        return -ENOMEM;
    }
    *out = p;
    return 0;
}

void
pack_free(struct pack *p)
{
    if (p == NULL)
        return;
    ZSTD_freeCCtx(p->packing);
    ZSTD_freeDCtx(p->unpacking);
    free(p);
}

static int
as_errno(size_t zstd_result, int otherwise)
{
    if (ZSTD_getErrorCode(zstd_result) == ZSTD_error_memory_allocation)
        return -ENOMEM;
    return otherwise;
}

int
pack_compress(struct pack *p, struct buffer *out, const void *src, size_t len)
{
    size_t bound = ZSTD_compressBound(len);
    size_t n;
    int rc;

    if (ZSTD_isError(bound))
        return -ENOMEM;
    rc = buffer_reserve(out, bound);
    if (rc != 0)
        return rc;
    n = ZSTD_compressCCtx(p->packing, out->data + out->len, bound, src, len,
                          PACK_LEVEL);
    if (ZSTD_isError(n))
        return as_errno(n, -EIO);
    out->len += n;
    return 0;
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Room for the whole output when the frame's word for its size is plausible:
 * zstd then decodes straight into it, without a window of its own. */
static size_t
first_room(const void *src, size_t len, size_t max)
{
    unsigned long long said = ZSTD_getFrameContentSize(src, len);
    size_t believed = FIRST_STEP;

    if (len < SIZE_MAX / BELIEVED_RATIO - FIRST_STEP)
        believed += len * BELIEVED_RATIO;
    if (said == ZSTD_CONTENTSIZE_UNKNOWN || said == ZSTD_CONTENTSIZE_ERROR ||
        said > believed)
        return smaller(FIRST_STEP, max);
    return smaller((size_t)said, max);
}

/* Unpack until the buffer is full or the input is used up.  Returns 0 and sets
 * *done when the last frame is complete. */
static int
fill(ZSTD_DCtx *ctx, struct buffer *out, ZSTD_inBuffer *in, bool *done)
{
    ZSTD_outBuffer o = {out->data, out->cap, out->len};

    for (;;) {
        size_t left = ZSTD_decompressStream(ctx, &o, in);

        if (ZSTD_isError(left))
            return as_errno(left, -EBADMSG);
        out->len = o.pos;
        *done = left == 0 && in->pos == in->size;
        if (*done || o.pos == o.size)
            return 0;
        if (in->pos == in->size)
            return -EBADMSG; /* the last frame is cut short */
    }
}

static int
unpack(struct pack *p, struct buffer *out, ZSTD_inBuffer *in, size_t max)
{
    size_t start = out->len;
    size_t room = first_room(in->src, in->size, max);
    bool done = false;
    int rc = 0;

    ZSTD_DCtx_reset(p->unpacking, ZSTD_reset_session_only);
    while (rc == 0 && !done) {
        /* One byte more than allowed tells "too big" from "just fits". */
        size_t have = out->len - start;

        rc = buffer_reserve(out, smaller(room, max - have) + 1);
        if (rc == 0)
            rc = fill(p->unpacking, out, in, &done);
        if (rc == 0 && out->len - start > max)
            rc = -EFBIG;
        room = out->len - start + FIRST_STEP;
    }
    return rc;
}

int
pack_decompress(struct pack *p, struct buffer *out, const void *src, size_t len,
                size_t max)
{
    ZSTD_inBuffer in = {src, len, 0};
    size_t start = out->len;
    int rc;

    if (len == 0)
        return 0;
    rc = unpack(p, out, &in, max);
    if (rc != 0)
        out->len = start;
    return rc;
}
