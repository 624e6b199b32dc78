/*
 * What unpacks stays within its bound and packs and unpacks to the same bytes;
 * what does not leaves the bytes before alone.
 */
#include "services/sync-engine/repo/pack.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX ((size_t)100000)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pack *p;
    struct buffer out = {0};
    struct buffer packed = {0};
    struct buffer back = {0};
    int rc;

    if (p == NULL)
        assert(pack_new(&p) == 0);
    assert(buffer_append(&out, "head", 4) == 0);
    rc = pack_decompress(p, &out, data, size, MAX);
    assert(rc <= 0);
    assert(memcmp(out.data, "head", 4) == 0);
    if (rc == 0) {
        size_t len = out.len - 4;

        assert(len <= MAX);
        assert(pack_compress(p, &packed, out.data + 4, len) == 0);
        assert(pack_decompress(p, &back, packed.data, packed.len, len) == 0);
        assert(back.len == len);
        assert(len == 0 || memcmp(back.data, out.data + 4, len) == 0);
    } else {
        assert(out.len == 4);
        assert(out.cap <= 2 * MAX);
    }
    buffer_clear(&out);
    buffer_clear(&packed);
    buffer_clear(&back);
    return 0;
}
