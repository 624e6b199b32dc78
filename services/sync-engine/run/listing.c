#include "services/sync-engine/run/listing.h"

#include "services/sync-engine/repo/latest.h"

#include <errno.h>
#include <stdlib.h>

/* Records sorted by id. */
struct by_id {
    const struct file_record **records;
    size_t count;
};

static int
compare_records(const void *a, const void *b)
{
    const struct file_record *const *x = a;
    const struct file_record *const *y = b;

    return oid_compare(&(*x)->id, &(*y)->id);
}

static int
compare_id(const void *key, const void *item)
{
    const struct file_record *const *f = item;

    return oid_compare(key, &(*f)->id);
}

static int
sort_by_id(struct by_id *out, const struct file_list *l)
{
    out->count = l == NULL ? 0 : l->count;
    out->records = calloc(out->count + 1, sizeof(void *));
    if (out->records == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < out->count; i++)
        out->records[i] = &l->files[i];
    qsort(out->records, out->count, sizeof(void *), compare_records);
    return 0;
}

static const struct file_record *
find(const struct by_id *known, const struct oid *id)
{
    const struct file_record **found =
        bsearch(id, known->records, known->count, sizeof(void *), compare_id);

    return found == NULL ? NULL : *found;
}

/* Copy what is known to *out, and list the ids of the rest. */
static int
take_known(struct file_list *out, struct index_record *rest,
           const struct index_record *x, const struct by_id *known,
           struct arena *a)
{
    struct oid *ids = arena_alloc(a, x->count * sizeof *ids);

    if (ids == NULL)
        return -ENOMEM;
    *rest = *x;
    rest->files = ids;
    rest->count = 0;
    for (size_t i = 0; i < x->count; i++) {
        const struct file_record *f = find(known, &x->files[i]);
        int rc = 0;

        if (f == NULL) {
            ids[rest->count++] = x->files[i];
        } else {
            rc = file_list_add(out, f);
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
add_all(struct file_list *out, const struct file_list *more)
{
    int rc = 0;

    for (size_t i = 0; i < more->count && rc == 0; i++)
        rc = file_list_add(out, &more->files[i]);
    return rc;
}

static int
load(struct file_list *out, struct repo *r, const struct index_record *rest,
     const struct listing_source *source, struct problem *p)
{
    const struct latest_options opt = {.workers = source->workers,
                                       .cancel = source->cancel};
    struct file_list read = {0};
    int rc;

    if (rest->count == 0)
        return 0;
    rc = latest_load(&read, r, rest, &opt, p);
    if (rc < 0)
        return rc;
    rc = add_all(out, &read);
    file_list_clear(&read);
    return rc < 0 ? problem_errno(p, rc, "listing a snapshot") : 0;
}

int
listing_load(struct file_list *out, struct repo *r,
             const struct listing_source *source, struct problem *p)
{
    struct arena a = {0};
    struct by_id sorted = {0};
    struct index_record rest = {0};
    int rc = sort_by_id(&sorted, source->known);

    if (rc == 0)
        rc = take_known(out, &rest, source->index, &sorted, &a);
    if (rc < 0) {
        rc = problem_errno(p, rc, "listing a snapshot");
    } else {
        rc = load(out, r, &rest, source, p);
    }
    free(sorted.records);
    arena_clear(&a);
    if (rc < 0) {
        file_list_clear(out);
    } else {
        file_list_sort(out);
    }
    return rc;
}

/* The records of the index, from a and b sorted by id. */
static int
put_in_order(struct file_list *l, const struct index_record *x,
             const struct by_id *a, const struct by_id *b)
{
    for (size_t i = 0; i < x->count; i++) {
        const struct file_record *f = find(b, &x->files[i]);

        if (f == NULL)
            f = find(a, &x->files[i]);
        if (f == NULL)
            return -ENOENT;
        l->files[l->count++] = *f;
    }
    return 0;
}

int
listing_order(struct file_list *out, const struct index_record *x,
              const struct file_list *a, const struct file_list *b)
{
    struct by_id first = {0};
    struct by_id second = {0};
    struct file_list l = {.cap = x->count};
    int rc = sort_by_id(&first, a);

    *out = (struct file_list){0};
    if (rc == 0)
        rc = sort_by_id(&second, b);
    if (rc == 0) {
        l.files = calloc(x->count + 1, sizeof *l.files);
        rc = l.files == NULL ? -ENOMEM : put_in_order(&l, x, &first, &second);
    }
    free(first.records);
    free(second.records);
    if (rc < 0) {
        free(l.files);
    } else {
        *out = l;
    }
    return rc;
}
