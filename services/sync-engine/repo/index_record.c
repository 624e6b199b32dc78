#include "services/sync-engine/repo/index_record.h"

#include "services/sync-engine/repo/emit.h"
#include "services/sync-engine/repo/fields.h"

#include <errno.h>

static int
emit_key_text(struct buffer *out, const char *key, const char *value)
{
    int rc = emit_raw(out, key);

    return rc == 0 ? emit_text(out, value) : rc;
}

static int
emit_key_int(struct buffer *out, const char *key, int64_t value)
{
    int rc = emit_raw(out, key);

    return rc == 0 ? emit_int(out, value) : rc;
}

static int
emit_index(struct buffer *out, const struct index_record *x)
{
    int rc = emit_raw(out, "{\"id\":");

    if (rc == 0)
        rc = emit_oid(out, &x->id);
    if (rc == 0)
        rc = emit_key_text(out, ",\"memo\":", x->memo);
    if (rc == 0)
        rc = emit_key_int(out, ",\"created\":", x->created);
    if (rc == 0)
        rc = emit_raw(out, ",\"files\":");
    if (rc == 0)
        rc = emit_oids(out, x->files, x->count);
    if (rc == 0)
        rc = emit_key_int(out, ",\"count\":", (int64_t)x->count);
    if (rc == 0)
        rc = emit_key_int(out, ",\"size\":", x->size);
    if (rc == 0)
        rc = emit_key_text(out, ",\"systemID\":", x->system_id);
    if (rc == 0)
        rc = emit_key_text(out, ",\"systemName\":", x->system_name);
    if (rc == 0)
        rc = emit_key_text(out, ",\"systemOS\":", x->system_os);
    if (rc == 0)
        rc = emit_key_text(out, ",\"checkIndexID\":", x->check_index_id);
    if (rc == 0)
        rc = emit_key_text(out, ",\"aesKeyVerifyVal\":", x->key_check);
    return rc == 0 ? emit_raw(out, "}") : rc;
}

int
index_record_encode(struct buffer *out, const struct index_record *x)
{
    size_t start = out->len;
    int rc = emit_index(out, x);

    if (rc != 0)
        out->len = start;
    return rc;
}

/* A list cut short would delete files everywhere: where a count is given it
 * must be right. */
static int
read_files(struct index_record *x, struct arena *a, json_t *object)
{
    struct fields_ids files = {0};
    json_t *given;
    int rc = fields_oids(&files, a, object, "files");

    if (rc == 0)
        rc = fields_find(&given, object, "count");
    if (rc != 0)
        return rc;
    if (given != NULL && (!json_is_integer(given) ||
                          json_integer_value(given) != (json_int_t)files.count))
        return -EBADMSG;
    x->files = files.ids;
    x->count = files.count;
    return 0;
}

static int
read_index(struct index_record *x, struct arena *a, json_t *object)
{
    int rc = fields_oid(&x->id, object, "id");

    if (rc == 0)
        rc = fields_int(&x->created, object, "created");
    if (rc == 0)
        rc = fields_size(&x->size, object, "size");
    if (rc == 0)
        rc = read_files(x, a, object);
    if (rc == 0)
        rc = fields_text(&x->memo, a, object, "memo");
    if (rc == 0)
        rc = fields_text(&x->system_id, a, object, "systemID");
    if (rc == 0)
        rc = fields_text(&x->system_name, a, object, "systemName");
    if (rc == 0)
        rc = fields_text(&x->system_os, a, object, "systemOS");
    if (rc == 0)
        rc = fields_text(&x->check_index_id, a, object, "checkIndexID");
    if (rc == 0)
        rc = fields_text(&x->key_check, a, object, "aesKeyVerifyVal");
    return rc;
}

int
index_record_decode(struct index_record *out, struct arena *a,
                    const struct buffer *json, const struct oid *want)
{
    struct index_record x = {.size = 0};
    json_t *object;
    int rc = fields_open(&object, json);

    if (rc == 0)
        rc = read_index(&x, a, object);
    json_decref(object);
    if (rc == 0 && want != NULL && !oid_equal(want, &x.id))
        rc = -EUCLEAN;
    if (rc == 0)
        *out = x;
    return rc;
}

static int
emit_entry(struct buffer *out, const struct index_entry *e)
{
    int rc = emit_raw(out, "\n\t\t{\n\t\t\t\"id\": ");

    if (rc == 0)
        rc = emit_oid(out, &e->id);
    if (rc == 0)
        rc = emit_key_text(out, ",\n\t\t\t\"systemID\": ", e->system_id);
    if (rc == 0)
        rc = emit_key_text(out, ",\n\t\t\t\"systemName\": ", e->system_name);
    if (rc == 0)
        rc = emit_key_text(out, ",\n\t\t\t\"systemOS\": ", e->system_os);
    return rc == 0 ? emit_raw(out, "\n\t\t}") : rc;
}

int
index_list_encode(struct buffer *out, const struct index_list *l)
{
    size_t start = out->len;
    int rc = emit_raw(out, "{\n\t\"indexes\": [");

    for (size_t i = 0; rc == 0 && i < l->count; i++) {
        if (i != 0)
            rc = emit_raw(out, ",");
        if (rc == 0)
            rc = emit_entry(out, &l->entries[i]);
    }
    if (rc == 0)
        rc = emit_raw(out, l->count != 0 ? "\n\t]\n}" : "]\n}");
    if (rc != 0)
        out->len = start;
    return rc;
}

static int
read_entry(struct index_entry *e, struct arena *a, json_t *object)
{
    int rc = json_is_object(object) ? 0 : -EBADMSG;

    if (rc == 0)
        rc = fields_oid(&e->id, object, "id");
    if (rc == 0)
        rc = fields_text(&e->system_id, a, object, "systemID");
    if (rc == 0)
        rc = fields_text(&e->system_name, a, object, "systemName");
    if (rc == 0)
        rc = fields_text(&e->system_os, a, object, "systemOS");
    return rc;
}

static int
read_list(struct index_list *l, struct arena *a, json_t *object)
{
    json_t *all;
    int rc = fields_find(&all, object, "indexes");

    if (rc != 0)
        return rc;
    if (all != NULL && !json_is_array(all))
        return -EBADMSG;
    l->count = json_array_size(all);
    l->entries = arena_alloc(a, l->count * sizeof *l->entries);
    if (l->entries == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < l->count; i++)
        rc = read_entry(&l->entries[i], a, json_array_get(all, i));
    return rc;
}

int
index_list_decode(struct index_list *out, struct arena *a,
                  const struct buffer *json)
{
    struct index_list l = {0};
    json_t *object;
    int rc = fields_open(&object, json);

    if (rc == 0)
        rc = read_list(&l, a, object);
    json_decref(object);
    if (rc == 0)
        *out = l;
    return rc;
}
