#include "services/sync-engine/run/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int
compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct oid));
}

/* The id comes first in a struct plan_object. */
static int
compare_objects(const void *a, const void *b)
{
    return oid_compare(a, b);
}

/* Sort, and keep one of each id. */
static void
make_unique(struct plan_list *l)
{
    size_t kept = 0;

    if (l->count == 0)
        return;
    qsort(l->objects, l->count, sizeof *l->objects, compare_objects);
    for (size_t i = 1; i < l->count; i++) {
        if (!oid_equal(&l->objects[kept].id, &l->objects[i].id))
            l->objects[++kept] = l->objects[i];
    }
    l->count = kept + 1;
}

/* Room for the objects of all files that are not in sorted cloud[]. */
static int
allocate(struct plan *p, const struct file_list *files, const bool *wanted)
{
    size_t chunks = 0;
    size_t count = 0;

    for (size_t i = 0; i < files->count; i++) {
        if (!wanted[i])
            continue;
        chunks += files->files[i].chunk_count;
        count++;
    }
    p->chunks.objects = calloc(chunks + 1, sizeof *p->chunks.objects);
    p->files.objects = calloc(count + 1, sizeof *p->files.objects);
    return p->chunks.objects == NULL || p->files.objects == NULL ? -ENOMEM : 0;
}

static void
collect(struct plan *p, const struct file_list *files, const bool *wanted)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct file_record *f = &files->files[i];

        if (!wanted[i])
            continue;
        p->files.objects[p->files.count++] =
            (struct plan_object){.id = f->id, .file = (uint32_t)i};
        for (uint32_t c = 0; c < f->chunk_count; c++) {
            p->chunks.objects[p->chunks.count++] =
                (struct plan_object){.id = f->chunks[c], .file = (uint32_t)i};
        }
    }
    make_unique(&p->files);
    make_unique(&p->chunks);
}

int
plan_make(struct plan *out, const struct file_list *files,
          const struct oid *cloud, size_t cloud_count)
{
    struct oid *sorted = calloc(cloud_count + 1, sizeof *sorted);
    bool *wanted = calloc(files->count + 1, sizeof *wanted);
    int rc = sorted == NULL || wanted == NULL ? -ENOMEM : 0;

    *out = (struct plan){0};
    if (rc == 0) {
        if (cloud_count > 0)
            memcpy(sorted, cloud, cloud_count * sizeof *sorted);
        qsort(sorted, cloud_count, sizeof *sorted, compare_ids);
        for (size_t i = 0; i < files->count; i++) {
            wanted[i] = bsearch(&files->files[i].id, sorted, cloud_count,
                                sizeof *sorted, compare_ids) == NULL;
        }
        rc = allocate(out, files, wanted);
    }
    if (rc == 0) {
        collect(out, files, wanted);
    } else {
        plan_clear(out);
    }
    free(sorted);
    free(wanted);
    return rc;
}

uint64_t
plan_bytes(const struct plan_list *list)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < list->count; i++)
        bytes += list->objects[i].size_bytes;
    return bytes;
}

void
plan_clear(struct plan *p)
{
    free(p->chunks.objects);
    free(p->files.objects);
    *p = (struct plan){0};
}
