#include "services/sync-engine/repo/oid_set.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CAP_MIN 1024

static const struct oid zero;

/* Where id is, or would be.  Ids are sums: their first bytes are a hash. */
static struct oid *
find_slot(const struct oid_set *s, const struct oid *id)
{
    uint64_t hash;
    size_t i;

    memcpy(&hash, id->bytes, sizeof hash);
    i = (size_t)hash & (s->cap - 1);
    while (!oid_equal(&s->slots[i], &zero) && !oid_equal(&s->slots[i], id))
        i = (i + 1) & (s->cap - 1);
    return &s->slots[i];
}

/* Keep at least half of the slots free. */
static int
make_room(struct oid_set *s)
{
    struct oid_set larger = *s;

    if (s->count < s->cap / 2)
        return 0;
    larger.cap = s->cap == 0 ? CAP_MIN : 2 * s->cap;
    larger.slots = calloc(larger.cap, sizeof *larger.slots);
    if (larger.slots == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < s->cap; i++) {
        if (!oid_equal(&s->slots[i], &zero))
            *find_slot(&larger, &s->slots[i]) = s->slots[i];
    }
    free(s->slots);
    *s = larger;
    return 0;
}

int
oid_set_add(struct oid_set *s, const struct oid *id)
{
    int rc;

    if (oid_set_has(s, id))
        return OID_SET_HAD;
    if (oid_equal(id, &zero)) {
        s->has_zero = true;
        s->count++;
        return 0;
    }
    rc = make_room(s);
    if (rc != 0)
        return rc;
    *find_slot(s, id) = *id;
    s->count++;
    return 0;
}

bool
oid_set_has(const struct oid_set *s, const struct oid *id)
{
    if (oid_equal(id, &zero))
        return s->has_zero;
    return s->cap > 0 && oid_equal(find_slot(s, id), id);
}

bool
oid_set_next(const struct oid_set *s, size_t *cursor, struct oid *out)
{
    while (*cursor < s->cap) {
        const struct oid *slot = &s->slots[(*cursor)++];

        if (!oid_equal(slot, &zero)) {
            *out = *slot;
            return true;
        }
    }
    if (!s->has_zero || *cursor != s->cap)
        return false;
    (*cursor)++;
    *out = zero;
    return true;
}

void
oid_set_clear(struct oid_set *s)
{
    free(s->slots);
    *s = (struct oid_set){0};
}
