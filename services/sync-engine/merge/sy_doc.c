#include "services/sync-engine/merge/sy_doc.h"

#include <errno.h>
#include <string.h>

#define ID_DIGITS 14

bool
sy_doc_is_id(const char *text, size_t len)
{
    if (len != SY_DOC_ID_LEN || text[ID_DIGITS] != '-')
        return false;
    for (size_t i = 0; i < SY_DOC_ID_LEN; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        bool letter = text[i] >= 'a' && text[i] <= 'z';

        if (i != ID_DIGITS && !digit && !(letter && i > ID_DIGITS))
            return false;
    }
    return true;
}

static bool
is_document(json_t *root)
{
    json_t *id = json_object_get(root, "ID");
    const char *type = json_string_value(json_object_get(root, "Type"));

    return type != NULL && strcmp(type, "NodeDocument") == 0 &&
           json_is_string(id) &&
           sy_doc_is_id(json_string_value(id), json_string_length(id)) &&
           json_is_object(json_object_get(root, "Properties"));
}

int
sy_doc_parse(json_t **out, const struct buffer *json)
{
    json_error_t error;

    *out = NULL;
    if (json->len == 0 || json->len > SY_DOC_LEN_MAX)
        return SY_DOC_REFUSED;
    *out = json_loadb((const char *)json->data, json->len,
                      JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (*out == NULL) {
        return json_error_code(&error) == json_error_out_of_memory
                   ? -ENOMEM
                   : SY_DOC_REFUSED;
    }
    if (is_document(*out))
        return 0;
    json_decref(*out);
    *out = NULL;
    return SY_DOC_REFUSED;
}
