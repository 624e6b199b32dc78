/*
 * one_object.h - a store that gives the same bytes for every key, takes
 * whatever is put, and forgets it.
 */
#ifndef TESTS_FUZZ_ONE_OBJECT_H
#define TESTS_FUZZ_ONE_OBJECT_H

#include "services/sync-engine/cloud/store.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct one_object {
    struct store store; /* first: the operations get its address */
    const uint8_t *data;
    size_t size;
    bool deleted;
};

static int
one_object_get(struct store *s, const char *key, size_t max,
               struct store_buffer *out, struct fault *f)
{
    const struct one_object *o = (const struct one_object *)s;

    (void)key;
    if (o->size > max)
        return fault_set(f, CODE_NOT_FOUND, "too long");
    out->data = malloc(o->size + 1);
    assert(out->data != NULL);
    memcpy(out->data, o->data, o->size);
    out->data[o->size] = '\0';
    out->size = o->size;
    return 0;
}

static int
one_object_put(struct store *s, const char *key, const struct store_body *body,
               unsigned flags, struct fault *f)
{
    (void)s;
    (void)key;
    (void)flags;
    (void)f;
    assert(body->data != NULL && body->size > 0);
    return 0;
}

static int
one_object_del(struct store *s, const char *key, struct fault *f)
{
    (void)key;
    (void)f;
    ((struct one_object *)s)->deleted = true;
    return 0;
}

static const struct store_ops one_object_ops = {
    .put = one_object_put,
    .get = one_object_get,
    .del = one_object_del,
};

#endif
