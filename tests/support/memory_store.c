#include "tests/support/memory_store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct object {
    char key[STORE_KEY_MAX];
    char *data;
    size_t size;
};

struct memory_store {
    struct store store;
    pthread_mutex_t mutex;
    struct object *objects;
    size_t count;
    char **ops;
    size_t op_count;
    const char *fail_op;
    const char *fail_prefix;
    enum code fail_code;
    unsigned fail_skip;
    void (*on_put)(void *ctx, const char *key);
    void *on_put_ctx;
    uint64_t available;
};

static struct memory_store *
of_store(struct store *s)
{
    return (struct memory_store *)s;
}

static void *
grow(void *p, size_t n, size_t size)
{
    p = reallocarray(p, n, size);
    if (p == NULL)
        abort();
    return p;
}

static struct object *
find(struct memory_store *m, const char *key)
{
    for (size_t i = 0; i < m->count; i++) {
        if (strcmp(m->objects[i].key, key) == 0)
            return &m->objects[i];
    }
    return NULL;
}

static void
set(struct memory_store *m, const char *key, const void *data, size_t size)
{
    struct object *o = find(m, key);

    if (o == NULL) {
        m->objects = grow(m->objects, m->count + 1, sizeof *m->objects);
        o = &m->objects[m->count++];
        memset(o, 0, sizeof *o);
        (void)snprintf(o->key, sizeof o->key, "%s", key);
    }
    o->data = grow(o->data, size + 1, 1);
    if (size > 0)
        memcpy(o->data, data, size);
    o->data[size] = '\0';
    o->size = size;
}

/* Record the call; 0, or the failure the test ordered. */
static int
enter(struct memory_store *m, const char *op, const char *key, struct fault *f)
{
    char line[STORE_KEY_MAX + 16];

    (void)snprintf(line, sizeof line, "%s%s%s", op, key[0] == '\0' ? "" : " ",
                   key);
    m->ops = grow(m->ops, m->op_count + 1, sizeof *m->ops);
    m->ops[m->op_count] = strdup(line);
    if (m->ops[m->op_count++] == NULL)
        abort();
    if (m->fail_op == NULL || strcmp(m->fail_op, op) != 0 ||
        strncmp(key, m->fail_prefix, strlen(m->fail_prefix)) != 0)
        return 0;
    if (m->fail_skip > 0) {
        m->fail_skip--;
        return 0;
    }
    return fault_set(f, m->fail_code, "%s: ordered by the test", line);
}

static void
put_file(struct memory_store *m, const char *key, const struct store_body *body)
{
    int fd = openat(body->dir_fd, body->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *data;

    if (fd < 0 || fstat(fd, &st) != 0)
        abort();
    data = grow(NULL, (size_t)st.st_size + 1, 1);
    if (read(fd, data, (size_t)st.st_size) != st.st_size)
        abort();
    close(fd);
    set(m, key, data, (size_t)st.st_size);
    free(data);
}

static int
put(struct store *s, const char *key, const struct store_body *body,
    unsigned flags, struct fault *f)
{
    struct memory_store *m = of_store(s);
    int rc;

    if (m->on_put != NULL)
        m->on_put(m->on_put_ctx, key);
    pthread_mutex_lock(&m->mutex);
    rc = enter(m, "put", key, f);
    if (rc == 0 && (flags & STORE_REPLACE) == 0 && find(m, key) != NULL) {
        rc = STORE_PRESENT;
    } else if (rc == 0 && body->path != NULL) {
        put_file(m, key, body);
    } else if (rc == 0) {
        set(m, key, body->data, body->size);
    }
    pthread_mutex_unlock(&m->mutex);
    return rc;
}

static int
get(struct store *s, const char *key, size_t max, struct store_buffer *out,
    struct fault *f)
{
    struct memory_store *m = of_store(s);
    const struct object *o;
    int rc;

    pthread_mutex_lock(&m->mutex);
    rc = enter(m, "get", key, f);
    o = find(m, key);
    if (rc == 0 && o == NULL) {
        rc = STORE_ABSENT;
    } else if (rc == 0 && o->size > max) {
        rc = fault_set(f, CODE_NOT_FOUND, "%s is larger than %zu", key, max);
    } else if (rc == 0) {
        out->data = grow(NULL, o->size + 1, 1);
        memcpy(out->data, o->data, o->size + 1);
        out->size = o->size;
    }
    pthread_mutex_unlock(&m->mutex);
    return rc;
}

static int
del(struct store *s, const char *key, struct fault *f)
{
    struct memory_store *m = of_store(s);
    struct object *o;
    int rc;

    pthread_mutex_lock(&m->mutex);
    rc = enter(m, "del", key, f);
    o = find(m, key);
    if (rc == 0 && o != NULL) {
        free(o->data);
        *o = m->objects[--m->count];
    }
    pthread_mutex_unlock(&m->mutex);
    return rc;
}

static int
exists(struct store *s, const char *key, struct fault *f)
{
    struct memory_store *m = of_store(s);
    int rc;

    pthread_mutex_lock(&m->mutex);
    rc = enter(m, "exists", key, f);
    if (rc == 0 && find(m, key) == NULL)
        rc = STORE_ABSENT;
    pthread_mutex_unlock(&m->mutex);
    return rc;
}

static int
list(struct store *s, const char *prefix, store_name_fn fn, void *ctx,
     struct fault *f)
{
    struct memory_store *m = of_store(s);
    size_t len = strlen(prefix);
    int rc;

    pthread_mutex_lock(&m->mutex);
    rc = enter(m, "list", prefix, f);
    for (size_t i = 0; rc >= 0 && i < m->count; i++) {
        if (strncmp(m->objects[i].key, prefix, len) == 0)
            rc = fn(ctx, m->objects[i].key + len);
    }
    pthread_mutex_unlock(&m->mutex);
    return rc < 0 ? rc : 0;
}

static int
available(struct store *s, uint64_t *bytes, struct fault *f)
{
    (void)f;
    *bytes = of_store(s)->available;
    return 0;
}

static int
flush(struct store *s, struct fault *f)
{
    struct memory_store *m = of_store(s);
    int rc;

    pthread_mutex_lock(&m->mutex);
    rc = enter(m, "flush", "", f);
    pthread_mutex_unlock(&m->mutex);
    return rc;
}

static void
close_store(struct store *s)
{
    struct memory_store *m = of_store(s);

    memory_store_forget_ops(s);
    for (size_t i = 0; i < m->count; i++)
        free(m->objects[i].data);
    free(m->objects);
    pthread_mutex_destroy(&m->mutex);
    free(m);
}

static const struct store_ops operations = {
    .put = put,
    .get = get,
    .del = del,
    .exists = exists,
    .list = list,
    .available = available,
    .flush = flush,
    .close = close_store,
};

struct store *
memory_store_new(void)
{
    struct memory_store *m = calloc(1, sizeof *m);

    if (m == NULL)
        abort();
    m->store.ops = &operations;
    m->available = UINT64_MAX;
    pthread_mutex_init(&m->mutex, NULL);
    return &m->store;
}

void
memory_store_fail(struct store *s, const char *op, const char *prefix,
                  enum code code, unsigned skip)
{
    struct memory_store *m = of_store(s);

    pthread_mutex_lock(&m->mutex);
    m->fail_op = op;
    m->fail_prefix = prefix;
    m->fail_code = code;
    m->fail_skip = skip;
    pthread_mutex_unlock(&m->mutex);
}

void
memory_store_on_put(struct store *s, void (*fn)(void *ctx, const char *key),
                    void *ctx)
{
    of_store(s)->on_put = fn;
    of_store(s)->on_put_ctx = ctx;
}

const char *
memory_store_op(struct store *s, size_t i)
{
    return i < of_store(s)->op_count ? of_store(s)->ops[i] : NULL;
}

void
memory_store_forget_ops(struct store *s)
{
    struct memory_store *m = of_store(s);

    for (size_t i = 0; i < m->op_count; i++)
        free(m->ops[i]);
    free(m->ops);
    m->ops = NULL;
    m->op_count = 0;
}

const char *
memory_store_find(struct store *s, const char *key)
{
    const struct object *o = find(of_store(s), key);

    return o == NULL ? NULL : o->data;
}

void
memory_store_set(struct store *s, const char *key, const char *text)
{
    struct memory_store *m = of_store(s);

    pthread_mutex_lock(&m->mutex);
    set(m, key, text, strlen(text));
    pthread_mutex_unlock(&m->mutex);
}

void
memory_store_set_available(struct store *s, uint64_t bytes)
{
    of_store(s)->available = bytes;
}
