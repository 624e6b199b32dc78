/*
 * What decodes as a beat encodes again, and the second reading says the same;
 * what does not leaves the output alone.
 */
#include "proto/beat.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Byte by byte, padding too: nothing at all was written. */
static bool
is_same(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct beat value, before, back;
    static unsigned char first[BEAT_WIRE_MAX], second[BEAT_WIRE_MAX];
    int len;

    memset(&value, 0x5a, sizeof value);
    before = value;
    if (beat_decode(&value, data, size) != 0) {
        assert(is_same(&value, &before, sizeof value));
        return 0;
    }
    len = beat_encode(&value, first, sizeof first);
    assert(len > 0);
    assert(beat_decode(&back, first, (size_t)len) == 0);
    assert(beat_encode(&back, second, sizeof second) == len);
    assert(memcmp(first, second, (size_t)len) == 0);
    return 0;
}
