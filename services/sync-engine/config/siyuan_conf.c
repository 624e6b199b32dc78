#include "services/sync-engine/config/siyuan_conf.h"

#include "services/sync-engine/cloud/store.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_NAME "main"

/* Always -EINVAL. */
static int
wrong(char *why, const char *key, const char *what)
{
    (void)snprintf(why, SIYUAN_CONF_WHY_MAX, "%s: %s", key, what);
    return -EINVAL;
}

/*
 * The member of parent called name; NULL when absent or null.  key is its
 * whole name, for messages.  Returns 0 or -EINVAL.
 */
static int
take(const json_t **out, const json_t *parent, const char *key, json_type type,
     char *why)
{
    static const char *const words[] = {
        [JSON_OBJECT] = "not an object", [JSON_ARRAY] = "not a list",
        [JSON_STRING] = "not a text",    [JSON_INTEGER] = "not a whole number",
        [JSON_REAL] = "not a number",
    };
    const char *dot = strrchr(key, '.');

    *out = json_object_get(parent, dot == NULL ? key : dot + 1);
    if (*out == NULL || json_is_null(*out)) {
        *out = NULL;
        return 0;
    }
    return json_typeof(*out) == type ? 0 : wrong(why, key, words[type]);
}

static int
read_provider(struct siyuan_conf *out, const json_t *sync, char *why)
{
    const json_t *value;
    json_int_t number;
    int rc = take(&value, sync, "sync.provider", JSON_INTEGER, why);

    if (rc < 0)
        return rc;
    number = value == NULL ? 0 : json_integer_value(value);
    switch (number) {
    case SIYUAN_PROVIDER_SIYUAN:
    case SIYUAN_PROVIDER_S3:
    case SIYUAN_PROVIDER_WEBDAV:
    case SIYUAN_PROVIDER_LOCAL:
        out->provider = (enum siyuan_provider)number;
        return 0;
    default:
        return wrong(why, "sync.provider",
                     "no provider of this number is known (0 SiYuan, 2 S3, 3 "
                     "WebDAV, 4 Local)");
    }
}

static int
read_name(struct siyuan_conf *out, const json_t *sync, char *why)
{
    const json_t *value;
    const char *name = DEFAULT_NAME;
    int rc = take(&value, sync, "sync.cloudName", JSON_STRING, why);

    if (rc < 0)
        return rc;
    if (value != NULL && store_name_is_valid(json_string_value(value)))
        name = json_string_value(value);
    (void)snprintf(out->cloud_name, sizeof out->cloud_name, "%s", name);
    return 0;
}

static int
read_endpoint(struct siyuan_conf *out, const json_t *sync, char *why)
{
    const json_t *local;
    const json_t *value = NULL;
    size_t len;
    int rc = take(&local, sync, "sync.local", JSON_OBJECT, why);

    if (rc == 0 && local != NULL)
        rc = take(&value, local, "sync.local.endpoint", JSON_STRING, why);
    if (rc < 0 || value == NULL)
        return rc;
    len = json_string_length(value);
    if (len >= sizeof out->endpoint)
        return wrong(why, "sync.local.endpoint", "the path is too long");
    memcpy(out->endpoint, json_string_value(value), len + 1);
    while (len > 1 && out->endpoint[len - 1] == '/')
        out->endpoint[--len] = '\0';
    return 0;
}

static int
read_key(struct siyuan_conf *out, const json_t *root, char *why)
{
    const json_t *repo;
    const json_t *value = NULL;
    int rc = take(&repo, root, "repo", JSON_OBJECT, why);

    if (rc == 0 && repo != NULL)
        rc = take(&value, repo, "repo.key", JSON_STRING, why);
    if (rc < 0 || value == NULL || json_string_length(value) == 0)
        return rc;
    rc = key_from_base64(&out->key, json_string_value(value),
                         json_string_length(value));
    if (rc == -EINVAL)
        return wrong(why, "repo.key", "not the Base64 of 32 bytes");
    out->has_key = rc == 0;
    return rc;
}

static int
read_all(struct siyuan_conf *out, const json_t *root, char *why)
{
    const json_t *sync;
    int rc;

    if (!json_is_object(root))
        return wrong(why, "conf.json", "not a JSON object");
    rc = take(&sync, root, "sync", JSON_OBJECT, why);
    if (rc == 0 && sync == NULL)
        return wrong(why, "sync", "missing; is this a workspace's conf.json?");
    if (rc == 0)
        rc = read_provider(out, sync, why);
    if (rc == 0)
        rc = read_name(out, sync, why);
    if (rc == 0)
        rc = read_endpoint(out, sync, why);
    return rc == 0 ? read_key(out, root, why) : rc;
}

int
siyuan_conf_parse(struct siyuan_conf *out, const char *text, size_t len,
                  char why[SIYUAN_CONF_WHY_MAX])
{
    struct siyuan_conf conf = {0};
    json_error_t error;
    json_t *root = json_loadb(text, len, 0, &error);
    int rc;

    /* jansson quotes the text in its message: only the place is told. */
    if (root == NULL) {
        if (json_error_code(&error) == json_error_out_of_memory)
            return -ENOMEM;
        (void)snprintf(why, SIYUAN_CONF_WHY_MAX,
                       "line %d, column %d: not valid JSON", error.line,
                       error.column);
        return -EINVAL;
    }
    rc = read_all(&conf, root, why);
    json_decref(root);
    if (rc == 0)
        *out = conf;
    key_wipe(&conf.key);
    return rc;
}

const char *
siyuan_provider_name(enum siyuan_provider provider)
{
    switch (provider) {
    case SIYUAN_PROVIDER_S3:
        return "S3";
    case SIYUAN_PROVIDER_WEBDAV:
        return "WebDAV";
    case SIYUAN_PROVIDER_LOCAL:
        return "Local";
    case SIYUAN_PROVIDER_SIYUAN:
        break;
    }
    return "SiYuan";
}
