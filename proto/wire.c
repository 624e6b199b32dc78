#include "proto/wire.h"

#include "proto/utf8.h"

#include <errno.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS    "\xe2\x80\xa6" /* U+2026 */
#define MARK_LEN    3              /* of both */

int
wire_reader_init(struct wire_reader *r, const void *buf, size_t len)
{
    msgpack_unpack_return rc;

    *r = (struct wire_reader){.zone = NULL};
    if (wire_scan(buf, len) != 0)
        return -EBADMSG;
    r->zone = msgpack_zone_new(WIRE_ZONE_SIZE);
    if (r->zone == NULL)
        return -ENOMEM;
    rc = msgpack_unpack(buf, len, NULL, r->zone, &r->map);
    if (rc == MSGPACK_UNPACK_SUCCESS)
        return 0;
    wire_reader_clear(r);
    return rc == MSGPACK_UNPACK_NOMEM_ERROR ? -ENOMEM : -EBADMSG;
}

void
wire_reader_clear(struct wire_reader *r)
{
    if (r->zone != NULL)
        msgpack_zone_free(r->zone);
    *r = (struct wire_reader){.zone = NULL};
}

const msgpack_object *
wire_find(const msgpack_object *map, const char *key)
{
    size_t len = strlen(key);

    if (map == NULL || map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *kv = &map->via.map.ptr[i];

        if (kv->key.type == MSGPACK_OBJECT_STR && kv->key.via.str.size == len &&
            memcmp(kv->key.via.str.ptr, key, len) == 0)
            return &kv->val;
    }
    return NULL;
}

int
wire_get_uint(const msgpack_object *o, uint64_t max, uint64_t *out)
{
    if (o == NULL)
        return -ENOENT;
    if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER || o->via.u64 > max)
        return -EBADMSG;
    *out = o->via.u64;
    return 0;
}

int
wire_get_bool(const msgpack_object *o, bool *out)
{
    if (o == NULL)
        return -ENOENT;
    if (o->type != MSGPACK_OBJECT_BOOLEAN)
        return -EBADMSG;
    *out = o->via.boolean;
    return 0;
}

int
wire_get_str(const msgpack_object *o, char *out, size_t cap)
{
    size_t len;

    if (o == NULL)
        return -ENOENT;
    if (o->type != MSGPACK_OBJECT_STR)
        return -EBADMSG;
    len = o->via.str.size;
    if (len >= cap || memchr(o->via.str.ptr, '\0', len) != NULL)
        return -EBADMSG;
    memcpy(out, o->via.str.ptr, len);
    out[len] = '\0';
    return 0;
}

int
wire_get_uints(const msgpack_object *o, uint64_t *out, size_t n)
{
    if (o == NULL)
        return -ENOENT;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != n)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++) {
        if (o->via.array.ptr[i].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return -EBADMSG;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = o->via.array.ptr[i].via.u64;
    return 0;
}

/* msgpack-c's write callback; a message that does not fit is void. */
static int
append(void *data, const char *bytes, size_t len)
{
    struct wire_writer *w = data;

    if (w->overflow || len > w->cap - w->len) {
        w->overflow = true;
        return -1;
    }
    memcpy(w->buf + w->len, bytes, len);
    w->len += len;
    return 0;
}

void
wire_writer_init(struct wire_writer *w, void *buf, size_t cap)
{
    *w = (struct wire_writer){.buf = buf, .cap = cap};
    msgpack_packer_init(&w->packer, w, append);
}

void
wire_put_map(struct wire_writer *w, size_t pairs)
{
    msgpack_pack_map(&w->packer, pairs);
}

void
wire_put_array(struct wire_writer *w, size_t items)
{
    msgpack_pack_array(&w->packer, items);
}

void
wire_put_key(struct wire_writer *w, const char *key)
{
    wire_put_str(w, key);
}

void
wire_put_uint(struct wire_writer *w, uint64_t value)
{
    msgpack_pack_uint64(&w->packer,
                        value > WIRE_INT_MAX ? WIRE_INT_MAX : value);
}

void
wire_put_bool(struct wire_writer *w, bool value)
{
    if (value) {
        msgpack_pack_true(&w->packer);
    } else {
        msgpack_pack_false(&w->packer);
    }
}

void
wire_put_str(struct wire_writer *w, const char *value)
{
    size_t len = strlen(value);

    msgpack_pack_str(&w->packer, len);
    if (len > 0)
        msgpack_pack_str_body(&w->packer, value, len);
}

int
wire_writer_end(const struct wire_writer *w)
{
    return w->overflow || w->len > INT32_MAX ? -ENOBUFS : (int)w->len;
}

/* C0, DEL and C1 (two bytes, c2 80 to c2 9f). */
static bool
is_control(const unsigned char *p, size_t len)
{
    return p[0] < 0x20 || p[0] == 0x7f ||
           (len == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

void
wire_text_copy(char *dst, size_t cap, const char *src)
{
    const unsigned char *p = (const unsigned char *)src;
    size_t left = strlen(src), len = 0;
    size_t cut = 0; /* where the ellipsis goes if the rest does not fit */

    if (cap == 0)
        return;
    while (left > 0) {
        size_t n = utf8_char_len(p, left);
        size_t step = n == 0 ? 1 : n;
        bool bad = n == 0 || is_control(p, n);
        size_t grow = bad ? MARK_LEN : n;

        if (len + MARK_LEN < cap)
            cut = len;
        if (len + grow >= cap) {
            len = cut;
            if (cap > MARK_LEN) {
                memcpy(dst + len, ELLIPSIS, MARK_LEN);
                len += MARK_LEN;
            }
            break;
        }
        memcpy(dst + len, bad ? REPLACEMENT : (const char *)p, grow);
        len += grow;
        p += step;
        left -= step;
    }
    dst[len] = '\0';
}
