/*
 * rng.h - numbers that look random and are the same on every machine.
 *
 * xoshiro256** (Blackman and Vigna), seeded by splitmix64.  Not for secrets.
 * Two streams of one seed are independent, so a file's bytes depend on the
 * seed and its own path and on no other file.
 */
#ifndef TOOLS_SAMPLE_RNG_H
#define TOOLS_SAMPLE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

void rng_init(struct rng *r, uint64_t seed, uint64_t stream);

/* A stream number for a name. */
uint64_t rng_stream(const char *name);

uint64_t rng_next(struct rng *r);

/* A number below n; n is from 1 to 2^32. */
uint64_t rng_below(struct rng *r, uint64_t n);

/*
 * Fill buf with noise no packer can shrink.  Filling in pieces gives the bytes
 * of one fill when all pieces but the last are multiples of 8.
 */
void rng_fill(struct rng *r, void *buf, size_t len);

#endif
