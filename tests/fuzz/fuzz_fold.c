/*
 * Two documents, split at the first NUL: the answer is one of two, does not
 * depend on their order, and a document only folds itself.
 */
#include "services/sync-engine/merge/fold.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
    size_t len = nul != NULL ? (size_t)(nul - data) : size;
    size_t rest = nul != NULL ? size - len - 1 : 0;
    struct buffer a = {0};
    struct buffer b = {0};
    int rc;

    assert(buffer_append(&a, data, len) == 0);
    assert(buffer_append(&b, data + size - rest, rest) == 0);
    rc = fold_compare(&a, &b);
    assert(rc == 0 || rc == FOLD_ONLY);
    assert(fold_compare(&b, &a) == rc);
    if (rc == FOLD_ONLY)
        assert(fold_compare(&a, &a) == FOLD_ONLY);
    buffer_clear(&a);
    buffer_clear(&b);
    return 0;
}
