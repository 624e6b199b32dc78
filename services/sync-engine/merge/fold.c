#include "services/sync-engine/merge/fold.h"

#include "services/sync-engine/merge/sy_doc.h"

#include <string.h>

/* Recursion is as deep as jansson lets a text nest. */
static bool is_alike(const json_t *a, const json_t *b);

static bool
is_ignored(const char *attribute)
{
    return strcmp(attribute, "fold") == 0 ||
           strcmp(attribute, "heading-fold") == 0 ||
           strcmp(attribute, "updated") == 0;
}

/* Is every attribute of a that counts in b as well, with the same value? */
static bool
is_covered(json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;

    json_object_foreach(a, key, value)
    {
        if (!is_ignored(key) && !json_equal(value, json_object_get(b, key)))
            return false;
    }
    return true;
}

static bool
is_alike_object(json_t *a, json_t *b)
{
    const char *key;
    json_t *value;

    if (json_object_size(a) != json_object_size(b))
        return false;
    json_object_foreach(a, key, value)
    {
        json_t *other = json_object_get(b, key);

        if (strcmp(key, "Properties") == 0 && json_is_object(value) &&
            json_is_object(other)) {
            if (!is_covered(value, other) || !is_covered(other, value))
                return false;
        } else if (!is_alike(value, other)) {
            return false;
        }
    }
    return true;
}

static bool
is_alike(const json_t *a, const json_t *b)
{
    if (json_is_object(a) && json_is_object(b))
        return is_alike_object((json_t *)a, (json_t *)b);
    if (!json_is_array(a) || !json_is_array(b))
        return json_equal(a, b) == 1;
    if (json_array_size(a) != json_array_size(b))
        return false;
    for (size_t i = 0; i < json_array_size(a); i++) {
        if (!is_alike(json_array_get(a, i), json_array_get(b, i)))
            return false;
    }
    return true;
}

int
fold_compare(const struct buffer *before, const struct buffer *after)
{
    json_t *a = NULL;
    json_t *b = NULL;
    int rc = sy_doc_parse(&a, before);

    if (rc == 0)
        rc = sy_doc_parse(&b, after);
    if (rc == 0) {
        rc = is_alike(a, b) ? FOLD_ONLY : 0;
    } else if (rc == SY_DOC_REFUSED) {
        rc = 0;
    }
    json_decref(a);
    json_decref(b);
    return rc;
}
