/*
 * What decodes as a verdict encodes again, and the second reading says the
 * same; what does not leaves the output alone.
 */
#include "proto/verdict.h"

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
    static struct verdict value, before, back;
    static unsigned char first[VERDICT_WIRE_MAX], second[VERDICT_WIRE_MAX];
    int len;

    memset(&value, 0x5a, sizeof value);
    before = value;
    if (verdict_decode(&value, data, size) != 0) {
        assert(is_same(&value, &before, sizeof value));
        return 0;
    }
    len = verdict_encode(&value, first, sizeof first);
    assert(len > 0);
    assert(verdict_decode(&back, first, (size_t)len) == 0);
    assert(verdict_encode(&back, second, sizeof second) == len);
    assert(memcmp(first, second, (size_t)len) == 0);
    return 0;
}
