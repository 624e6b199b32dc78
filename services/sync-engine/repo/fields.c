#include "services/sync-engine/repo/fields.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

int
fields_open(json_t **out, const struct buffer *json)
{
    json_error_t error;
    json_t *root;

    *out = NULL;
    root = json_loadb((const char *)json->data, json->len,
                      JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (root == NULL) {
        return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM
                                                                   : -EBADMSG;
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return -EBADMSG;
    }
    *out = root;
    return 0;
}

int
fields_find(json_t **out, json_t *object, const char *key)
{
    const char *name;
    json_t *value;
    size_t found = 0;

    *out = NULL;
    json_object_foreach(object, name, value)
    {
        if (strcasecmp(name, key) != 0)
            continue;
        if (found++ != 0)
            return -EBADMSG;
        *out = json_is_null(value) ? NULL : value;
    }
    return 0;
}

int
fields_int(int64_t *out, json_t *object, const char *key)
{
    json_t *value;
    int rc = fields_find(&value, object, key);

    if (rc != 0)
        return rc;
    if (value != NULL && !json_is_integer(value))
        return -EBADMSG;
    *out = value != NULL ? json_integer_value(value) : 0;
    return 0;
}

int
fields_size(int64_t *out, json_t *object, const char *key)
{
    int64_t value;
    int rc = fields_int(&value, object, key);

    if (rc != 0)
        return rc;
    if (value < 0)
        return -EBADMSG;
    *out = value;
    return 0;
}

int
fields_text(const char **out, struct arena *a, json_t *object, const char *key)
{
    json_t *value;
    const char *text;
    int rc = fields_find(&value, object, key);

    if (rc != 0)
        return rc;
    if (value != NULL && !json_is_string(value))
        return -EBADMSG;
    text = value != NULL ? json_string_value(value) : "";
    text = arena_text(a, text, strlen(text));
    if (text == NULL)
        return -ENOMEM;
    *out = text;
    return 0;
}

static int
read_oid(struct oid *out, const json_t *value)
{
    if (!json_is_string(value) || oid_from_hex(out, json_string_value(value),
                                               json_string_length(value)) != 0)
        return -EBADMSG;
    return 0;
}

int
fields_oid(struct oid *out, json_t *object, const char *key)
{
    json_t *value;
    int rc = fields_find(&value, object, key);

    return rc == 0 ? read_oid(out, value) : rc;
}

int
fields_oids(struct fields_ids *out, struct arena *a, json_t *object,
            const char *key)
{
    struct fields_ids list = {0};
    json_t *value;
    int rc = fields_find(&value, object, key);

    if (rc != 0)
        return rc;
    if (value != NULL && !json_is_array(value))
        return -EBADMSG;
    list.count = json_array_size(value);
    list.ids = arena_alloc(a, list.count * sizeof *list.ids);
    if (list.ids == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < list.count; i++) {
        rc = read_oid(&list.ids[i], json_array_get(value, i));
        if (rc != 0)
            return rc;
    }
    *out = list;
    return 0;
}
