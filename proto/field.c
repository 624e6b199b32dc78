#include "proto/field.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define TOKEN_MAX 33

/* FIELD_WORD members are enums, read and written as this. */
static_assert(sizeof(enum field_kind) == sizeof(uint32_t), "enum is 32 bit");

static bool
is_written(const struct field *f, uint32_t has)
{
    return f->has == 0 || (has & f->has) != 0;
}

size_t
field_count(const struct field_table *t, uint32_t has)
{
    size_t n = 0;

    for (size_t i = 0; i < t->count; i++)
        n += is_written(&t->fields[i], has);
    return n;
}

static uint32_t
load32(const void *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static void
put_uints(struct wire_writer *w, const uint64_t *values, uint64_t n)
{
    wire_put_array(w, n);
    for (uint64_t i = 0; i < n; i++)
        wire_put_uint(w, values[i]);
}

static void
put_counts(struct wire_writer *w, const struct field *f, const uint64_t *values)
{
    wire_put_map(w, f->bound);
    for (uint64_t i = 0; i < f->bound; i++) {
        wire_put_key(w, f->tokens[i]);
        wire_put_uint(w, values[i]);
    }
}

static void
put_value(struct wire_writer *w, const struct field *f, const void *at)
{
    switch (f->kind) {
    case FIELD_UINT:
        wire_put_uint(w, *(const uint64_t *)at);
        break;
    case FIELD_UINT32:
        wire_put_uint(w, load32(at));
        break;
    case FIELD_BOOL:
        wire_put_bool(w, *(const bool *)at);
        break;
    case FIELD_TEXT:
    case FIELD_HEX:
        wire_put_str(w, at);
        break;
    case FIELD_UINTS:
        put_uints(w, at, f->bound);
        break;
    case FIELD_WORD:
        assert(load32(at) < f->bound);
        wire_put_str(w, f->tokens[load32(at)]);
        break;
    case FIELD_COUNTS:
        put_counts(w, f, at);
        break;
    case FIELD_MAP:
        field_put_map(w, f->table, at, 0);
        break;
    }
}

void
field_put_pairs(struct wire_writer *w, const struct field_table *t,
                const void *base, uint32_t has)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct field *f = &t->fields[i];

        if (!is_written(f, has))
            continue;
        wire_put_key(w, f->key);
        put_value(w, f, (const char *)base + f->offset);
    }
}

void
field_put_map(struct wire_writer *w, const struct field_table *t,
              const void *base, uint32_t has)
{
    wire_put_map(w, field_count(t, has));
    field_put_pairs(w, t, base, has);
}

int
field_find_token(const char *const *tokens, size_t count, const char *token)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(tokens[i], token) == 0)
            return (int)i;
    }
    return -ENOENT;
}

static int
get_uint32(const msgpack_object *o, uint32_t *out)
{
    uint64_t value;
    int rc = wire_get_uint(o, UINT32_MAX, &value);

    if (rc == 0)
        *out = (uint32_t)value;
    return rc;
}

static int
get_hex(const msgpack_object *o, char *out, size_t cap)
{
    int rc = wire_get_str(o, out, cap);

    if (rc == 0 && out[strspn(out, "0123456789abcdef")] != '\0')
        return -EBADMSG;
    return rc;
}

static int
get_word(const struct field *f, const msgpack_object *o, void *at)
{
    char token[TOKEN_MAX];
    int rc = wire_get_str(o, token, sizeof token);
    int found;
    uint32_t value;

    if (rc != 0)
        return rc;
    found = field_find_token(f->tokens, f->bound, token);
    if (found < 0)
        return -EBADMSG;
    value = (uint32_t)found;
    memcpy(at, &value, sizeof value);
    return 0;
}

static int
get_counts(const struct field *f, const msgpack_object *o, uint64_t *out)
{
    if (o == NULL)
        return -ENOENT;
    if (o->type != MSGPACK_OBJECT_MAP)
        return -EBADMSG;
    for (uint64_t i = 0; i < f->bound; i++) {
        const msgpack_object *count = wire_find(o, f->tokens[i]);

        if (wire_get_uint(count, WIRE_INT_MAX, &out[i]) == -EBADMSG)
            return -EBADMSG;
    }
    return 0;
}

static int
get_map(const struct field *f, const msgpack_object *o, void *at)
{
    uint32_t has = 0;

    return o == NULL ? -ENOENT : field_get_map(f->table, at, &has, o);
}

/* 0, -ENOENT when o is NULL, or -EBADMSG. */
static int
get_value(const struct field *f, const msgpack_object *o, void *at)
{
    switch (f->kind) {
    case FIELD_UINT:
        return wire_get_uint(o, f->bound, at);
    case FIELD_UINT32:
        return get_uint32(o, at);
    case FIELD_BOOL:
        return wire_get_bool(o, at);
    case FIELD_TEXT:
        return wire_get_str(o, at, f->bound);
    case FIELD_HEX:
        return get_hex(o, at, f->bound);
    case FIELD_UINTS:
        return wire_get_uints(o, at, f->bound);
    case FIELD_WORD:
        return get_word(f, o, at);
    case FIELD_COUNTS:
        return get_counts(f, o, at);
    case FIELD_MAP:
        return get_map(f, o, at);
    }
    return -EBADMSG;
}

int
field_get_map(const struct field_table *t, void *base, uint32_t *has,
              const msgpack_object *map)
{
    uint32_t found = 0;

    if (map == NULL || map->type != MSGPACK_OBJECT_MAP)
        return -EBADMSG;
    for (size_t i = 0; i < t->count; i++) {
        const struct field *f = &t->fields[i];
        const msgpack_object *o = wire_find(map, f->key);
        int rc = get_value(f, o, (char *)base + f->offset);

        if (rc == -ENOENT && f->need == FIELD_OPTIONAL)
            continue;
        if (rc != 0)
            return -EBADMSG;
        found |= f->has;
    }
    *has = found;
    return 0;
}

int
field_encode(const struct field_table *t, const void *base, uint32_t has,
             void *buf, size_t cap)
{
    struct wire_writer w;

    wire_writer_init(&w, buf, cap);
    field_put_map(&w, t, base, has);
    return wire_writer_end(&w);
}

int
field_decode(const struct field_table *t, void *base, uint32_t *has,
             const void *buf, size_t len)
{
    struct wire_reader r;
    int rc = wire_reader_init(&r, buf, len);

    if (rc != 0)
        return rc;
    rc = field_get_map(t, base, has, &r.map);
    wire_reader_clear(&r);
    return rc;
}
