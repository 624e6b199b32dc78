#include "services/sync-engine/cloud/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Relative, no empty, "." or ".." segment, printable ASCII: a key never
 * leaves the store's folder and never needs escaping in a URL.
 */
static bool
is_key(const char *key)
{
    size_t len = strlen(key);
    size_t segment = 0; /* bytes of the segment so far */
    bool dots = true;   /* it has only dots so far */

    if (len == 0 || len >= STORE_KEY_MAX)
        return false;
    for (size_t i = 0; i <= len; i++) {
        if (key[i] == '/' || key[i] == '\0') {
            if (segment == 0 || (dots && segment <= 2))
                return false;
            segment = 0;
            dots = true;
            continue;
        }
        if (key[i] <= ' ' || key[i] > '~')
            return false;
        segment++;
        dots = dots && key[i] == '.';
    }
    return true;
}

static int
check_key(const char *key, struct fault *f)
{
    if (is_key(key))
        return 0;
    fault_set(f, CODE_INTERNAL, "\"%s\" is no key", key);
    return -EINVAL;
}

int
store_put(struct store *s, const char *key, const struct store_body *body,
          unsigned flags, struct fault *f)
{
    int rc = check_key(key, f);

    return rc < 0 ? rc : s->ops->put(s, key, body, flags, f);
}

int
store_get(struct store *s, const char *key, size_t max,
          struct store_buffer *out, struct fault *f)
{
    int rc = check_key(key, f);

    *out = (struct store_buffer){0};
    return rc < 0 ? rc : s->ops->get(s, key, max, out, f);
}

int
store_del(struct store *s, const char *key, struct fault *f)
{
    int rc = check_key(key, f);

    return rc < 0 ? rc : s->ops->del(s, key, f);
}

int
store_exists(struct store *s, const char *key, struct fault *f)
{
    int rc = check_key(key, f);

    return rc < 0 ? rc : s->ops->exists(s, key, f);
}

int
store_list(struct store *s, const char *prefix, store_name_fn fn, void *ctx,
           struct fault *f)
{
    assert(prefix[0] != '\0' && prefix[strlen(prefix) - 1] == '/');
    return s->ops->list(s, prefix, fn, ctx, f);
}

int
store_available(struct store *s, uint64_t *bytes, struct fault *f)
{
    return s->ops->available(s, bytes, f);
}

int
store_flush(struct store *s, struct fault *f)
{
    return s->ops->flush(s, f);
}

int
store_sweep(struct store *s, struct fault *f)
{
    return s->ops->sweep == NULL ? 0 : s->ops->sweep(s, f);
}

void
store_close(struct store *s)
{
    if (s != NULL)
        s->ops->close(s);
}

bool
store_name_is_valid(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len >= STORE_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];

        if (c <= ' ' || c == 127 ||
            strchr("~`!@#$%^&*()+=[]{}\\|;:'\"<,>.?/", c) != NULL)
            return false;
    }
    return true;
}
