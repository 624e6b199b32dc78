/*
 * What the scan lets through is safe for msgpack-c and small in memory; any
 * bytes become a bounded UTF-8 text.
 */
#include "proto/wire.h"

#include "proto/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const uint8_t *data, size_t size)
{
    char text[256] = "", copy[80];
    size_t cap = size % sizeof copy + 1;

    memcpy(text, data, size < sizeof text ? size : sizeof text - 1);
    wire_text_copy(copy, cap, text);
    assert(strlen(copy) < cap);
    assert(utf8_is_valid((const unsigned char *)copy, strlen(copy)));
}

/* Only a map without pairs has the digest of nothing. */
static void
check_digest(const uint8_t *data, size_t size, const msgpack_object *map)
{
    static const char *const none[] = {NULL};
    static const unsigned char empty[] = {0x80};
    uint64_t nothing = wire_digest(empty, sizeof empty, none);

    assert((wire_digest(data, size, none) == nothing) ==
           (map->via.map.size == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader r;
    int rc = wire_scan(data, size);

    check_text(data, size);
    assert(wire_reader_init(&r, data, size) == rc);
    assert((rc == 0) == (r.zone != NULL));
    if (rc == 0)
        check_digest(data, size, &r.map);
    wire_reader_clear(&r);
    return 0;
}
