#include "services/sync-engine/repo/full_latest.h"

#include "services/sync-engine/repo/mpack.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OID_WIRE   (OID_HEX_LEN + 2)
#define LEAST_FILE 60 /* bytes of the shortest file record there can be */

static int
put_oid(struct buffer *out, const struct oid *id)
{
    char hex[OID_HEX_MAX];

    return mpack_put_text(out, oid_to_hex(id, hex), OID_HEX_LEN);
}

static int
put_key(struct buffer *out, const char *key)
{
    return mpack_put_text(out, key, strlen(key));
}

int
full_latest_begin(struct buffer *out, const struct oid *id, size_t count)
{
    int rc = mpack_put_map(out, 3);

    if (rc == 0)
        rc = put_key(out, "ID");
    if (rc == 0)
        rc = put_oid(out, id);
    if (rc == 0)
        rc = put_key(out, "Files");
    return rc == 0 ? mpack_put_list(out, count) : rc;
}

static int
put_chunks(struct buffer *out, const struct file_record *f)
{
    int rc = put_key(out, "Chunks");

    if (rc == 0)
        rc = mpack_put_list(out, f->chunk_count);
    for (uint32_t i = 0; rc == 0 && i < f->chunk_count; i++)
        rc = put_oid(out, &f->chunks[i]);
    return rc;
}

int
full_latest_file(struct buffer *out, const struct file_record *f)
{
    int rc = mpack_put_map(out, 5);

    if (rc == 0)
        rc = put_key(out, "ID");
    if (rc == 0)
        rc = put_oid(out, &f->id);
    if (rc == 0)
        rc = put_key(out, "Path");
    if (rc == 0)
        rc = mpack_put_text(out, f->path, strlen(f->path));
    if (rc == 0)
        rc = put_key(out, "Size");
    if (rc == 0)
        rc = mpack_put_int64(out, f->size);
    if (rc == 0)
        rc = put_key(out, "Updated");
    if (rc == 0)
        rc = mpack_put_int64(out, f->updated);
    return rc == 0 ? put_chunks(out, f) : rc;
}

int
full_latest_end(struct buffer *out)
{
    int rc = put_key(out, "Spec");

    return rc == 0 ? mpack_put_zero(out) : rc;
}

/* What is being read, and where it goes. */
struct reader {
    struct mpack in;
    struct file_list *list;
    struct oid *chunks; /* room for one file's, reused */
    size_t chunks_cap;
};

static bool
key_is(const struct mpack_text *key, const char *name)
{
    return key->len == strlen(name) && memcmp(key->text, name, key->len) == 0;
}

static int
get_oid(struct mpack *in, struct oid *out)
{
    struct mpack_text hex;
    int rc = mpack_get_text(in, &hex);

    if (rc == 0 && oid_from_hex(out, hex.text, hex.len) != 0)
        rc = -EBADMSG;
    return rc;
}

static int
get_chunks(struct reader *r, struct file_record *f)
{
    size_t count;
    int rc = mpack_get_list(&r->in, &count);

    if (rc != 0)
        return rc;
    if (count > UINT32_MAX || count > mpack_left(&r->in) / OID_WIRE)
        return -EBADMSG;
    if (count > r->chunks_cap) {
        struct oid *more = reallocarray(r->chunks, count, sizeof *more);

        if (more == NULL)
            return -ENOMEM;
        r->chunks = more;
        r->chunks_cap = count;
    }
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = get_oid(&r->in, &r->chunks[i]);
    f->chunks = r->chunks;
    f->chunk_count = (uint32_t)count;
    return rc;
}

/* The fields a record must have, as bits of what has been seen. */
enum seen { SEEN_ID = 1, SEEN_PATH = 2, SEEN_ALL = 3 };

/* Paths are compared and written through C strings; this one is still part of
 * the input, without a NUL, until the record is added. */
struct loose {
    struct file_record f;
    struct mpack_text path;
    unsigned seen;
};

static int
get_field(struct reader *r, struct loose *l)
{
    struct mpack_text key;
    int rc = mpack_get_text(&r->in, &key);

    if (rc != 0)
        return rc;
    if (key_is(&key, "ID")) {
        l->seen |= SEEN_ID;
        return get_oid(&r->in, &l->f.id);
    }
    if (key_is(&key, "Path")) {
        l->seen |= SEEN_PATH;
        return mpack_get_text(&r->in, &l->path);
    }
    if (key_is(&key, "Size"))
        return mpack_get_int(&r->in, &l->f.size);
    if (key_is(&key, "Updated"))
        return mpack_get_int(&r->in, &l->f.updated);
    if (key_is(&key, "Chunks"))
        return get_chunks(r, &l->f);
    return mpack_skip(&r->in);
}

static int
get_file(struct reader *r)
{
    struct loose l = {.seen = 0};
    char path[PATH_LEN_MAX + 1];
    size_t fields;
    int rc = mpack_get_map(&r->in, &fields);

    while (rc == 0 && fields-- > 0)
        rc = get_field(r, &l);
    if (rc != 0)
        return rc;
    if (l.seen != SEEN_ALL || l.f.size < 0 ||
        (l.f.chunk_count == 0 && l.f.size != 0) ||
        path_check(l.path.text, l.path.len) != 0)
        return -EBADMSG;
    memcpy(path, l.path.text, l.path.len);
    path[l.path.len] = '\0';
    l.f.path = path;
    return file_list_add(r->list, &l.f);
}

static int
get_files(struct reader *r)
{
    size_t count;
    int rc = mpack_get_list(&r->in, &count);

    if (rc == 0 && count > mpack_left(&r->in) / LEAST_FILE)
        rc = -EBADMSG;
    while (rc == 0 && count-- > 0)
        rc = get_file(r);
    return rc;
}

static int
get_top(struct reader *r, const struct oid *want)
{
    bool has_id = false;
    bool has_files = false;
    struct oid id;
    size_t fields;
    int rc = mpack_get_map(&r->in, &fields);

    while (rc == 0 && fields-- > 0) {
        struct mpack_text key;

        rc = mpack_get_text(&r->in, &key);
        if (rc == 0 && key_is(&key, "ID") && !has_id) {
            has_id = true;
            rc = get_oid(&r->in, &id);
            if (rc == 0 && !oid_equal(&id, want))
                rc = -ESTALE;
        } else if (rc == 0 && key_is(&key, "Files") && !has_files) {
            has_files = true;
            rc = get_files(r);
        } else if (rc == 0) {
            rc = mpack_skip(&r->in);
        }
    }
    if (rc == 0 && (!has_id || !has_files || mpack_left(&r->in) != 0))
        rc = -EBADMSG;
    return rc;
}

int
full_latest_decode(struct file_list *out, const struct oid *want,
                   const void *data, size_t len)
{
    struct reader r = {.list = out};
    int rc;

    mpack_init(&r.in, data, len);
    rc = get_top(&r, want);
    free(r.chunks);
    if (rc != 0)
        file_list_clear(out);
    return rc;
}
