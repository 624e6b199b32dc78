#include "gateway/http/body.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

bool
body_is_shallow(const char *body, size_t len)
{
    bool in_string = false;
    int depth = 0;

    for (size_t i = 0; i < len; i++) {
        char c = body[i];

        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > BODY_DEPTH_MAX)
                return false;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

int
body_engine(char *out, size_t cap, const char *body, size_t len)
{
    json_t *root = NULL;
    const json_t *engine;
    int rc = BODY_NO_ENGINE;

    /* What nearly everybody sends. */
    if (len == 0 || (len == 2 && memcmp(body, "{}", 2) == 0))
        return rc;
    if (body_is_shallow(body, len)) {
        root = json_loadb(body, len, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY,
                          NULL);
    }
    engine = json_object_get(root, "engine");
    if (json_is_string(engine)) {
        (void)snprintf(out, cap, "%s", json_string_value(engine));
        rc = 0;
    } else if (engine != NULL && !json_is_null(engine)) {
        rc = BODY_WRONG_TYPE;
    }
    json_decref(root);
    return rc;
}
