#include "gateway/siyuan/args.h"

#include "gateway/http/json_scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NO_OBJECT                                                              \
    "json: cannot unmarshal %s into Go value of type map[string]interface {}"

static int
refuse_body(char msg[ARGS_MSG_MAX], const char *path, const char *detail)
{
    (void)snprintf(msg, ARGS_MSG_MAX, "Parses request [%.128s] failed: %s",
                   path, detail);
    return -EINVAL;
}

/* What Go calls a value that is no object. */
static const char *
go_type(const json_t *value)
{
    if (json_is_array(value))
        return "array";
    if (json_is_string(value))
        return "string";
    return json_is_number(value) ? "number" : "bool";
}

int
args_parse(json_t **out, char msg[ARGS_MSG_MAX], const char *path,
           const char *body, size_t len)
{
    char why[JSON_SCAN_WHY_MAX];
    json_error_t error;
    int value_len = json_scan(body, len, why);
    json_t *root;

    *out = NULL;
    if (value_len < 0)
        return refuse_body(msg, path, why);
    root = json_loadb(body, (size_t)value_len, JSON_DECODE_ANY, &error);
    if (root == NULL && json_error_code(&error) == json_error_out_of_memory)
        return -ENOMEM;
    if (root == NULL)
        return refuse_body(msg, path, error.text);
    if (json_is_null(root)) {
        json_decref(root);
        root = json_object();
    } else if (!json_is_object(root)) {
        (void)snprintf(why, sizeof why, NO_OBJECT, go_type(root));
        json_decref(root);
        return refuse_body(msg, path, why);
    }
    *out = root;
    return root != NULL ? 0 : -ENOMEM;
}

static bool
is_of(const json_t *value, enum args_type type)
{
    switch (type) {
    case ARGS_STRING:
        return json_is_string(value);
    case ARGS_NUMBER:
        return json_is_number(value);
    case ARGS_BOOLEAN:
        return json_is_boolean(value);
    case ARGS_ARRAY:
        return json_is_array(value);
    default:
        return json_is_object(value);
    }
}

static bool
is_empty(const json_t *value)
{
    if (json_is_string(value)) {
        const char *text = json_string_value(value);

        return text[strspn(text, " \t\r\n\v\f")] == '\0';
    }
    return json_array_size(value) + json_object_size(value) == 0;
}

static const char *const type_names[] = {
    [ARGS_STRING] = "String",   [ARGS_NUMBER] = "Number",
    [ARGS_BOOLEAN] = "Boolean", [ARGS_ARRAY] = "Array",
    [ARGS_OBJECT] = "Object",
};

static int
check(char msg[ARGS_MSG_MAX], const json_t *value, const struct args_field *f)
{
    if (value == NULL || json_is_null(value)) {
        if (!f->is_required)
            return 0;
        (void)snprintf(msg, ARGS_MSG_MAX, "Field [%s] is required", f->key);
    } else if (!is_of(value, f->type)) {
        (void)snprintf(msg, ARGS_MSG_MAX, "Field [%s] should be of type [%s]",
                       f->key, type_names[f->type]);
    } else if (f->is_filled && is_empty(value)) {
        (void)snprintf(msg, ARGS_MSG_MAX, "Field [%s] must not be empty",
                       f->key);
    } else {
        return 0;
    }
    return -EINVAL;
}

int
args_check(char msg[ARGS_MSG_MAX], const json_t *args,
           const struct args_field *fields, size_t count)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++)
        rc = check(msg, json_object_get(args, fields[i].key), &fields[i]);
    return rc;
}

bool
args_bool(const json_t *args, const char *key, bool absent)
{
    const json_t *value = json_object_get(args, key);

    return json_is_boolean(value) ? json_is_true(value) : absent;
}
