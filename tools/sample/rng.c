#include "tools/sample/rng.h"

#include <endian.h>
#include <string.h>

/* splitmix64: spreads a seed over the whole state. */
static uint64_t
spread(uint64_t *x)
{
    uint64_t z = *x += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static uint64_t
rotate(uint64_t x, unsigned n)
{
    return (x << n) | (x >> (64 - n));
}

void
rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
    uint64_t x = seed;

    x = spread(&x) ^ stream;
    for (size_t i = 0; i < 4; i++)
        r->s[i] = spread(&x);
}

/* FNV-1a. */
uint64_t
rng_stream(const char *name)
{
    uint64_t h = 0xcbf29ce484222325U;

    for (; *name != '\0'; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3U;
    return h;
}

uint64_t
rng_next(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t
rng_below(struct rng *r, uint64_t n)
{
    return ((rng_next(r) >> 32) * n) >> 32;
}

void
rng_fill(struct rng *r, void *buf, size_t len)
{
    unsigned char *p = buf;
    struct rng local = *r; /* in registers: twice as fast */
    uint64_t word;

    for (; len >= sizeof word; len -= sizeof word, p += sizeof word) {
        word = htole64(rng_next(&local));
        memcpy(p, &word, sizeof word);
    }
    if (len > 0) {
        word = htole64(rng_next(&local));
        memcpy(p, &word, len);
    }
    *r = local;
}
