/*
 * draw.h - numbers that are fair and unlike each other, not secret, and the
 * same for the same seed (splitmix64).
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_DRAW_H
#define SERVICES_SYNC_ENGINE_MERGE_DRAW_H

#include <stdint.h>

/* The next number; moves the seed. */
uint64_t draw_next(uint64_t *seed);

#endif
