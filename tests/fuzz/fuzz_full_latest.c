/*
 * What decodes as a full-latest encodes again, and the second encoding is the
 * first; what does not leaves an empty list.
 */
#include "services/sync-engine/repo/full_latest.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The id of the seeds, so that most inputs are of the wanted snapshot. */
#define ID "356a192b7913b04c54574d18c28d46e6395428ab"

static void
encode(struct buffer *out, const struct oid *id, const struct file_list *l)
{
    assert(full_latest_begin(out, id, l->count) == 0);
    for (size_t i = 0; i < l->count; i++)
        assert(full_latest_file(out, &l->files[i]) == 0);
    assert(full_latest_end(out) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer first = {0};
    struct buffer second = {0};
    struct file_list l = {0};
    struct oid id;
    int rc;

    assert(oid_from_hex(&id, ID, OID_HEX_LEN) == 0);
    rc = full_latest_decode(&l, &id, data, size);
    assert(rc <= 0);
    if (rc != 0) {
        assert(l.files == NULL && l.count == 0 && l.arena.blocks == NULL);
        return 0;
    }
    encode(&first, &id, &l);
    file_list_clear(&l);
    assert(full_latest_decode(&l, &id, first.data, first.len) == 0);
    encode(&second, &id, &l);
    assert(first.len == second.len);
    assert(memcmp(first.data, second.data, first.len) == 0);
    file_list_clear(&l);
    buffer_clear(&first);
    buffer_clear(&second);
    return 0;
}
