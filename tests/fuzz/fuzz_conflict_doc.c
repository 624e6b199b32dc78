/*
 * What is made into a conflict document is a document again, with another id
 * and title, and can be made into one once more; what is refused is no document
 * to the folding test either.
 */
#include "services/sync-engine/merge/conflict_doc.h"
#include "services/sync-engine/merge/fold.h"
#include "services/sync-engine/merge/sy_doc.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
make(struct conflict_doc *out, const char *path, const struct buffer *json)
{
    struct conflict_doc_source source = {
        .path = path,
        .json = json,
        .when = {.tm_year = 126, .tm_mday = 1},
        .seed = json->len,
    };

    return conflict_doc_make(out, &source);
}

static void
check_ids(const struct buffer *before, const struct buffer *after)
{
    json_t *a = NULL;
    json_t *b = NULL;

    assert(sy_doc_parse(&a, before) == 0);
    assert(sy_doc_parse(&b, after) == 0);
    assert(!json_equal(json_object_get(a, "ID"), json_object_get(b, "ID")));
    json_decref(a);
    json_decref(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer json = {0};
    struct conflict_doc first;
    struct conflict_doc second;
    int rc;

    assert(buffer_append(&json, data, size) == 0);
    rc = make(&first, "/box/a.sy", &json);
    assert(rc == 0 || rc == CONFLICT_DOC_REFUSED);
    assert(fold_compare(&json, &json) == (rc == 0 ? FOLD_ONLY : 0));
    if (rc == 0) {
        check_ids(&json, &first.json);
        assert(fold_compare(&json, &first.json) == 0);
        assert(conflict_doc_is_document(first.path));
        assert(make(&second, first.path, &first.json) == 0);
        conflict_doc_clear(&second);
    } else {
        assert(first.path == NULL && first.json.data == NULL);
    }
    conflict_doc_clear(&first);
    buffer_clear(&json);
    return 0;
}
