#include "services/sync-engine/repo/file_record.h"

#include "services/sync-engine/repo/emit.h"
#include "services/sync-engine/repo/fields.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_FILES 256

static int
emit_all(struct buffer *out, const struct file_record *f)
{
    int rc = emit_raw(out, "{\"id\":");

    if (rc == 0)
        rc = emit_oid(out, &f->id);
    if (rc == 0)
        rc = emit_raw(out, ",\"path\":");
    if (rc == 0)
        rc = emit_text(out, f->path);
    if (rc == 0)
        rc = emit_raw(out, ",\"size\":");
    if (rc == 0)
        rc = emit_int(out, f->size);
    if (rc == 0)
        rc = emit_raw(out, ",\"updated\":");
    if (rc == 0)
        rc = emit_int(out, f->updated);
    if (rc == 0)
        rc = emit_raw(out, ",\"chunks\":");
    if (rc == 0)
        rc = emit_oids(out, f->chunks, f->chunk_count);
    return rc == 0 ? emit_raw(out, "}") : rc;
}

int
file_record_encode(struct buffer *out, const struct file_record *f)
{
    size_t start = out->len;
    int rc = emit_all(out, f);

    if (rc != 0)
        out->len = start;
    return rc;
}

static int
read_path(const char **out, struct arena *a, json_t *object)
{
    json_t *value;
    int rc = fields_find(&value, object, "path");

    if (rc != 0)
        return rc;
    if (!json_is_string(value))
        return -EBADMSG;
    rc = path_check(json_string_value(value), json_string_length(value));
    if (rc != 0)
        return rc;
    *out = arena_text(a, json_string_value(value), json_string_length(value));
    return *out != NULL ? 0 : -ENOMEM;
}

static int
read_fields(struct file_record *f, struct arena *a, json_t *object)
{
    struct fields_ids chunks = {0};
    int rc = fields_oid(&f->id, object, "id");

    if (rc == 0)
        rc = fields_size(&f->size, object, "size");
    if (rc == 0)
        rc = fields_int(&f->updated, object, "updated");
    if (rc == 0)
        rc = fields_oids(&chunks, a, object, "chunks");
    if (rc == 0)
        rc = read_path(&f->path, a, object);
    if (rc != 0)
        return rc;
    if (chunks.count > UINT32_MAX || (chunks.count == 0 && f->size != 0))
        return -EBADMSG;
    f->chunks = chunks.ids;
    f->chunk_count = (uint32_t)chunks.count;
    return 0;
}

/* A record under a false id would be stored, found and compared as another
 * file's. */
static int
check_id(const struct file_record *f, const struct oid *want)
{
    struct oid id;
    int rc = oid_of_file(&id, f->path, f->updated);

    if (rc != 0)
        return rc;
    if (!oid_equal(&id, &f->id) || (want != NULL && !oid_equal(want, &f->id)))
        return -EUCLEAN;
    return 0;
}

int
file_record_decode(struct file_record *out, struct arena *a,
                   const struct buffer *json, const struct oid *want)
{
    struct file_record f = {.size = 0};
    json_t *object;
    int rc = fields_open(&object, json);

    if (rc == 0)
        rc = read_fields(&f, a, object);
    json_decref(object);
    if (rc == 0)
        rc = check_id(&f, want);
    if (rc == 0)
        *out = f;
    return rc;
}

static int
make_room(struct file_list *l)
{
    size_t cap = l->cap + l->cap / 2 + FIRST_FILES;
    struct file_record *files;

    if (l->count < l->cap)
        return 0;
    files = reallocarray(l->files, cap, sizeof *files);
    if (files == NULL)
        return -ENOMEM;
    l->files = files;
    l->cap = cap;
    return 0;
}

int
file_list_add(struct file_list *l, const struct file_record *f)
{
    size_t chunks_size = f->chunk_count * sizeof *f->chunks;
    struct file_record copy = *f;
    int rc = make_room(l);

    if (rc != 0)
        return rc;
    copy.path = arena_text(&l->arena, f->path, strlen(f->path));
    copy.chunks = arena_copy(&l->arena, f->chunks, chunks_size);
    if (copy.path == NULL || copy.chunks == NULL)
        return -ENOMEM;
    l->files[l->count++] = copy;
    return 0;
}

static int
by_path(const void *a, const void *b)
{
    const struct file_record *left = a;
    const struct file_record *right = b;

    return strcmp(left->path, right->path);
}

void
file_list_sort(struct file_list *l)
{
    size_t i = 1;

    /* A list that comes from a sorted one is sorted. */
    while (i < l->count && by_path(&l->files[i - 1], &l->files[i]) <= 0)
        i++;
    if (i < l->count)
        qsort(l->files, l->count, sizeof *l->files, by_path);
}

struct file_record *
file_list_find(const struct file_list *l, const char *path)
{
    struct file_record key = {.path = path};

    if (l->count == 0)
        return NULL;
    return bsearch(&key, l->files, l->count, sizeof *l->files, by_path);
}

void
file_list_clear(struct file_list *l)
{
    if (l == NULL)
        return;
    free(l->files);
    arena_clear(&l->arena);
    *l = (struct file_list){0};
}
