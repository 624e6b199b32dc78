/*
 * size.h - "64M" as a number of bytes.
 */
#ifndef TOOLS_SAMPLE_SIZE_H
#define TOOLS_SAMPLE_SIZE_H

#include <stdint.h>

#define SIZE_BYTES_MAX (UINT64_C(1) << 40)

/*
 * Read digits and an optional K, M or G (powers of 1024), at most
 * SIZE_BYTES_MAX.  Returns 0, or -EINVAL and leaves *out alone.
 */
int size_parse(uint64_t *out, const char *text);

#endif
