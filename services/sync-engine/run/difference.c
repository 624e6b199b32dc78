#include "services/sync-engine/run/difference.h"

#include "services/sync-engine/repo/oid_set.h"

#include <errno.h>
#include <stdlib.h>

static int
add_ids(struct oid_set *s, const struct index_record *x)
{
    for (size_t i = 0; i < x->count; i++) {
        if (oid_set_add(s, &x->files[i]) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* Ids of local that are in both of the others. */
static int
find_common(struct oid_set *common, const struct file_list *local,
            const struct index_record *cloud, const struct index_record *base)
{
    struct oid_set in_cloud = {0};
    struct oid_set in_base = {0};
    int rc = add_ids(&in_cloud, cloud);

    if (rc == 0)
        rc = add_ids(&in_base, base);
    for (size_t i = 0; rc == 0 && i < local->count; i++) {
        const struct oid *id = &local->files[i].id;

        if (oid_set_has(&in_cloud, id) && oid_set_has(&in_base, id) &&
            oid_set_add(common, id) < 0)
            rc = -ENOMEM;
    }
    oid_set_clear(&in_cloud);
    oid_set_clear(&in_base);
    return rc;
}

static int
reduce_list(struct file_list *out, const struct file_list *l,
            const struct oid_set *common)
{
    out->cap = l->count - common->count + 1;
    out->files = calloc(out->cap, sizeof *out->files);
    if (out->files == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < l->count; i++) {
        if (!oid_set_has(common, &l->files[i].id))
            out->files[out->count++] = l->files[i];
    }
    return 0;
}

static int
reduce_index(struct index_record *out, struct arena *a,
             const struct index_record *x, const struct oid_set *common)
{
    struct oid *ids = arena_alloc(a, (x->count + 1) * sizeof *ids);

    if (ids == NULL)
        return -ENOMEM;
    *out = *x;
    out->files = ids;
    out->count = 0;
    for (size_t i = 0; i < x->count; i++) {
        if (!oid_set_has(common, &x->files[i]))
            ids[out->count++] = x->files[i];
    }
    return 0;
}

int
difference_find(struct difference *d, const struct file_list *local,
                const struct index_record *cloud,
                const struct index_record *base)
{
    static const struct index_record NONE = {0};
    struct oid_set common = {0};
    int rc = base == NULL ? 0 : find_common(&common, local, cloud, base);

    *d = (struct difference){0};
    if (rc == 0)
        rc = reduce_list(&d->local, local, &common);
    if (rc == 0)
        rc = reduce_index(&d->cloud, &d->arena, cloud, &common);
    if (rc == 0) {
        rc = reduce_index(&d->base, &d->arena, base == NULL ? &NONE : base,
                          &common);
    }
    oid_set_clear(&common);
    if (rc != 0)
        difference_clear(d);
    return rc;
}

void
difference_clear(struct difference *d)
{
    file_list_clear(&d->local);
    arena_clear(&d->arena);
    *d = (struct difference){0};
}
