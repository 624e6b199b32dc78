/*
 * What decodes as a file, an index or a list of indexes encodes again, and the
 * second encoding is the first; what does not leaves the output alone.  The
 * first byte chooses which of them.
 */
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/index_record.h"

#include <assert.h>
#include <errno.h>
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

/* Decode json and, if that works, encode into out.  Returns decode's answer,
 * having checked that a failure wrote nothing. */
typedef int (*recode_fn)(struct buffer *out, struct arena *a,
                         const struct buffer *json);

static int
recode_file(struct buffer *out, struct arena *a, const struct buffer *json)
{
    struct file_record value;
    struct file_record before;
    int rc;

    memset(&value, 0x5a, sizeof value);
    memcpy(&before, &value, sizeof value);
    rc = file_record_decode(&value, a, json, NULL);
    if (rc != 0) {
        assert(is_same(&value, &before, sizeof value));
        return rc;
    }
    assert(file_record_encode(out, &value) == 0);
    return 0;
}

static int
recode_index(struct buffer *out, struct arena *a, const struct buffer *json)
{
    struct index_record value;
    struct index_record before;
    int rc;

    memset(&value, 0x5a, sizeof value);
    memcpy(&before, &value, sizeof value);
    rc = index_record_decode(&value, a, json, NULL);
    if (rc != 0) {
        assert(is_same(&value, &before, sizeof value));
        return rc;
    }
    assert(index_record_encode(out, &value) == 0);
    return 0;
}

static int
recode_list(struct buffer *out, struct arena *a, const struct buffer *json)
{
    struct index_list value;
    struct index_list before;
    int rc;

    memset(&value, 0x5a, sizeof value);
    memcpy(&before, &value, sizeof value);
    rc = index_list_decode(&value, a, json);
    if (rc != 0) {
        assert(is_same(&value, &before, sizeof value));
        return rc;
    }
    assert(index_list_encode(out, &value) == 0);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const recode_fn all[] = {recode_file, recode_index, recode_list};
    struct buffer json = {0};
    struct buffer first = {0};
    struct buffer second = {0};
    struct arena a = {0};
    recode_fn recode;
    int rc;

    if (size == 0)
        return 0;
    recode = all[data[0] % 3];
    assert(buffer_append(&json, data + 1, size - 1) == 0);
    rc = recode(&first, &a, &json);
    assert(rc <= 0);
    if (rc == 0) {
        assert(recode(&second, &a, &first) == 0);
        assert(first.len == second.len);
        assert(memcmp(first.data, second.data, first.len) == 0);
    }
    arena_clear(&a);
    buffer_clear(&json);
    buffer_clear(&first);
    buffer_clear(&second);
    return 0;
}
