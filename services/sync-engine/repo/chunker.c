/*
 * The fingerprint after n bytes depends on the 64 bytes before n only, once n
 * has reached CHUNKER_MIN: by then the window's first byte, a made-up 1, has
 * been rolled out.  So a stretch of the chunk can be searched in four lanes at
 * once: each step of a lane waits for the one before, and the processor fills
 * the time with the other three.  The first hit in stream order is the cut.
 *
 * A lane is long enough that its warm-up (64 bytes) does not matter, and short
 * enough that what the later lanes looked at behind a cut does not either.
 */
#include "services/sync-engine/repo/chunker.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define POLYNOMIAL UINT64_C(0x3DA3358B4DC173)
#define DEGREE     53
#define WINDOW     64
#define SPLIT_MASK ((UINT64_C(1) << 20) - 1)
#define LANES      ((size_t)4)
#define LANE                                                                   \
    ((size_t)8000) /* positions; lanes a power of two apart share sets */

struct chunker {
    uint64_t mod[256]; /* what takes the top byte of d << 8 out again */
    uint64_t out[256]; /* a byte of 64 steps ago, as it stands in d now */
    size_t seen;       /* bytes of this chunk searched without a cut */
};

static uint64_t
reduce(uint64_t x)
{
    for (int bit = 63; bit >= DEGREE; bit--) {
        if ((x >> bit & 1) != 0)
            x ^= POLYNOMIAL << (bit - DEGREE);
    }
    return x;
}

int
chunker_new(struct chunker **out)
{
    struct chunker *c = calloc(1, sizeof *c);

    *out = c;
    if (c == NULL)
        return -ENOMEM;
    for (uint64_t b = 0; b < 256; b++) {
        uint64_t h = reduce(b);

        /* The specification removes the byte before the shift of the next
         * step; one more shift allows it afterwards, off the critical path. */
        for (int i = 0; i < WINDOW; i++)
            h = reduce(h << 8);
        c->out[b] = h;
        c->mod[b] = reduce(b << DEGREE) ^ b << DEGREE;
    }
    return 0;
}

void
chunker_free(struct chunker *c)
{
    free(c);
}

void
chunker_reset(struct chunker *c)
{
    c->seen = 0;
}

static inline uint64_t
push(const struct chunker *c, uint64_t d, unsigned char b)
{
    return (d << 8 | b) ^ c->mod[d >> (DEGREE - 8)];
}

/* One step of a lane: the byte at p enters, the one WINDOW before it leaves. */
static inline uint64_t
roll(const struct chunker *c, uint64_t d, const unsigned char *p)
{
    return push(c, d, p[0]) ^ c->out[p[-WINDOW]];
}

/* The fingerprint of the WINDOW bytes before p. */
static uint64_t
fingerprint(const struct chunker *c, const unsigned char *p)
{
    uint64_t d = 0;

    for (int i = -WINDOW; i < 0; i++)
        d = push(c, d, p[i]);
    return d;
}

/* The number of steps from p, at most count, after which the first hit comes;
 * 0 for none.  d is the fingerprint before p. */
static size_t
search_lane(const struct chunker *c, const unsigned char *p, size_t count,
            uint64_t d)
{
    for (size_t i = 0; i < count; i++) {
        d = roll(c, d, p + i);
        if ((d & SPLIT_MASK) == 0)
            return i + 1;
    }
    return 0;
}

/* As search_lane(), over LANES * LANE steps. */
static size_t
search_lanes(const struct chunker *c, const unsigned char *p)
{
    uint64_t d[LANES];
    size_t hit = LANES;
    size_t i;

    for (size_t k = 0; k < LANES; k++)
        d[k] = fingerprint(c, p + k * LANE);
    for (i = 0; i < LANE && hit == LANES; i++) {
        d[0] = roll(c, d[0], p + i);
        d[1] = roll(c, d[1], p + LANE + i);
        d[2] = roll(c, d[2], p + 2 * LANE + i);
        d[3] = roll(c, d[3], p + 3 * LANE + i);
        if ((d[3] & SPLIT_MASK) == 0)
            hit = 3;
        if ((d[2] & SPLIT_MASK) == 0)
            hit = 2;
        if ((d[1] & SPLIT_MASK) == 0)
            hit = 1;
        if ((d[0] & SPLIT_MASK) == 0)
            hit = 0;
    }
    if (hit == LANES)
        return 0;
    /* What the lanes before the hit have left comes first in the stream. */
    for (size_t k = 0; k < hit; k++) {
        size_t n = search_lane(c, p + k * LANE + i, LANE - i, d[k]);

        if (n != 0)
            return k * LANE + i + n;
    }
    return hit * LANE + i;
}

size_t
chunker_cut(struct chunker *c, const unsigned char *data, size_t len)
{
    size_t end = len < CHUNKER_MAX ? len : CHUNKER_MAX;
    size_t at = c->seen < CHUNKER_MIN ? CHUNKER_MIN - 1 : c->seen;
    size_t n = 0;

    if (end < CHUNKER_MIN)
        return 0;
    for (; n == 0 && end - at >= LANES * LANE; at += LANES * LANE) {
        n = search_lanes(c, data + at);
        if (n != 0)
            n += at;
    }
    if (n == 0 && at < end) {
        n = search_lane(c, data + at, end - at, fingerprint(c, data + at));
        if (n != 0)
            n += at;
    }
    if (n == 0 && end == CHUNKER_MAX)
        n = CHUNKER_MAX;
    c->seen = n == 0 ? end : 0;
    return n;
}
