#include "proto/reply.h"

#include "proto/field.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define AT(member)   FIELD_AT(reply, member)
#define UINT(member) FIELD_NUMBER(reply, member)
#define TEXT(member) FIELD_STRING(reply, member)
#define REQUIRED     .need = FIELD_REQUIRED

/*
 * Most that everything but the rows can take: the map's head, nine keys of at
 * most 5 bytes, three numbers of 9, two bools, code and msg with their heads,
 * and the key and the head of the rows.
 */
#define FIXED_WIRE_MAX (3 + 45 + 27 + 2 + 34 + 259 + 10 + 3)

static const struct field fields[] = {
    {"v", UINT(minor), REQUIRED},
    {"ok", .kind = FIELD_BOOL, AT(ok), REQUIRED},
    {"code", TEXT(code), REQUIRED},
    {"msg", TEXT(msg)},
    {"run", UINT(run), .has = REPLY_HAS_RUN},
    {"en", .kind = FIELD_BOOL, AT(enabled), .has = REPLY_HAS_ENABLED},
    {"next", UINT(next), .has = REPLY_HAS_NEXT},
};

static const struct field_table table = FIELD_TABLE(fields);

static const struct {
    const char *key;
    size_t max;
} pages[] = {
    [REPLY_NO_ROWS] = {"", 0},
    [REPLY_RUNS] = {"runs", REPLY_RUNS_MAX},
    [REPLY_CHANGES] = {"changes", REPLY_CHANGES_MAX},
    [REPLY_CONFLICTS] = {"conflicts", REPLY_CHANGES_MAX},
};

void
reply_init(struct reply *r, enum reply_code code)
{
    const struct code_info *info = reply_code_info(code);

    memset(r, 0, sizeof *r);
    r->minor = REPLY_MINOR;
    r->ok = code == REPLY_OK;
    r->text_len = 1; /* offset 0 is "" */
    r->wire_len = FIXED_WIRE_MAX;
    wire_text_copy(r->code, sizeof r->code, info->token);
    if (!r->ok)
        wire_text_copy(r->msg, sizeof r->msg, info->text[LANG_EN]);
}

void
reply_start_page(struct reply *r, enum reply_rows rows)
{
    assert(r->rows == REPLY_NO_ROWS && r->count == 0);
    r->rows = rows;
}

const char *
reply_text(const struct reply *r, uint16_t at)
{
    return at < sizeof r->text ? r->text + at : "";
}

/* The pool is never short: on the wire each text takes its length and more. */
static uint16_t
keep_text(struct reply *r, const char *text)
{
    size_t size = strlen(text) + 1;
    size_t at = r->text_len;

    if (size == 1)
        return 0;
    assert(size <= sizeof r->text - at);
    memcpy(r->text + at, text, size);
    r->text_len += size;
    return (uint16_t)at;
}

static bool
has_room(struct reply *r, enum reply_rows rows, size_t wire)
{
    assert(r->rows == rows);
    if (r->count >= pages[rows].max || wire > REPLY_WIRE_MAX - r->wire_len)
        return false;
    r->wire_len += wire;
    return true;
}

/* What a text takes on the wire, at most. */
static size_t
text_wire(const char *text)
{
    return 3 + strlen(text);
}

int
reply_add_run(struct reply *r, const struct state_last *run)
{
    unsigned char row[1024];
    struct wire_writer w;
    int len;

    wire_writer_init(&w, row, sizeof row);
    field_put_map(&w, &state_last_table, run, 0);
    len = wire_writer_end(&w);
    if (len < 0)
        return len;
    if (!has_room(r, REPLY_RUNS, (size_t)len))
        return -ENOBUFS;
    r->runs[r->count++] = *run;
    return 0;
}

int
reply_add_change(struct reply *r, char kind, const char *path,
                 uint64_t size_bytes)
{
    char cut[REPLY_PATH_MAX];

    wire_text_copy(cut, sizeof cut, path);
    if (!has_room(r, REPLY_CHANGES, 1 + 2 + text_wire(cut) + 9))
        return -ENOBUFS;
    r->changes[r->count++] = (struct reply_change){
        .kind = kind,
        .path = keep_text(r, cut),
        .size_bytes = size_bytes,
    };
    return 0;
}

int
reply_add_conflict(struct reply *r, const struct reply_conflict *conflict,
                   const char *path, const char *kept)
{
    char cut_path[REPLY_PATH_MAX], cut_kept[REPLY_PATH_MAX];
    struct reply_conflict row = *conflict;

    wire_text_copy(cut_path, sizeof cut_path, path);
    wire_text_copy(cut_kept, sizeof cut_kept, kept);
    if (!has_room(r, REPLY_CONFLICTS,
                  1 + 9 + text_wire(cut_path) + text_wire(cut_kept) +
                      text_wire(row.kind) + text_wire(row.winner)))
        return -ENOBUFS;
    row.path = keep_text(r, cut_path);
    row.kept = keep_text(r, cut_kept);
    r->conflicts[r->count++] = row;
    return 0;
}

static void
put_change(struct wire_writer *w, const struct reply *r,
           const struct reply_change *row)
{
    char kind[2] = {row->kind};

    wire_put_array(w, 3);
    wire_put_str(w, kind);
    wire_put_str(w, reply_text(r, row->path));
    wire_put_uint(w, row->size_bytes);
}

static void
put_conflict(struct wire_writer *w, const struct reply *r,
             const struct reply_conflict *row)
{
    wire_put_array(w, 5);
    wire_put_uint(w, row->run);
    wire_put_str(w, reply_text(r, row->path));
    wire_put_str(w, row->kind);
    wire_put_str(w, row->winner);
    wire_put_str(w, reply_text(r, row->kept));
}

static void
put_rows(struct wire_writer *w, const struct reply *r)
{
    wire_put_key(w, pages[r->rows].key);
    wire_put_array(w, r->count);
    for (size_t i = 0; i < r->count; i++) {
        if (r->rows == REPLY_RUNS) {
            field_put_map(w, &state_last_table, &r->runs[i], 0);
        } else if (r->rows == REPLY_CHANGES) {
            put_change(w, r, &r->changes[i]);
        } else {
            put_conflict(w, r, &r->conflicts[i]);
        }
    }
}

int
reply_encode(const struct reply *r, void *buf, size_t cap)
{
    struct wire_writer w;
    bool rows = r->rows != REPLY_NO_ROWS;

    wire_writer_init(&w, buf, cap < REPLY_WIRE_MAX ? cap : REPLY_WIRE_MAX);
    wire_put_map(&w, field_count(&table, r->has) + rows);
    field_put_pairs(&w, &table, r, r->has);
    if (rows)
        put_rows(&w, r);
    return wire_writer_end(&w);
}

/* Decoding keeps the texts as they are: they were cut by their sender. */
static int
get_text(struct reply *r, const msgpack_object *o, uint16_t *at)
{
    char text[REPLY_PATH_MAX];

    if (wire_get_str(o, text, sizeof text) != 0)
        return -EBADMSG;
    *at = keep_text(r, text);
    return 0;
}

static int
get_run(struct reply *r, const msgpack_object *o)
{
    uint32_t has;

    return field_get_map(&state_last_table, &r->runs[r->count], &has, o);
}

static int
get_change(struct reply *r, const msgpack_object *o)
{
    struct reply_change *row = &r->changes[r->count];
    const msgpack_object *item;
    char kind[2];

    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 3)
        return -EBADMSG;
    item = o->via.array.ptr;
    if (wire_get_str(&item[0], kind, sizeof kind) != 0 || kind[0] == '\0' ||
        wire_get_uint(&item[2], WIRE_INT_MAX, &row->size_bytes) != 0)
        return -EBADMSG;
    row->kind = kind[0];
    return get_text(r, &item[1], &row->path);
}

static int
get_conflict(struct reply *r, const msgpack_object *o)
{
    struct reply_conflict *row = &r->conflicts[r->count];
    const msgpack_object *item;

    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 5)
        return -EBADMSG;
    item = o->via.array.ptr;
    if (wire_get_uint(&item[0], WIRE_INT_MAX, &row->run) != 0 ||
        wire_get_str(&item[2], row->kind, sizeof row->kind) != 0 ||
        wire_get_str(&item[3], row->winner, sizeof row->winner) != 0 ||
        get_text(r, &item[1], &row->path) != 0)
        return -EBADMSG;
    return get_text(r, &item[4], &row->kept);
}

static int
get_rows(struct reply *r, enum reply_rows rows, const msgpack_object *o)
{
    int (*get)(struct reply *, const msgpack_object *) =
        rows == REPLY_RUNS      ? get_run
        : rows == REPLY_CHANGES ? get_change
                                : get_conflict;

    if (r->rows != REPLY_NO_ROWS || o->type != MSGPACK_OBJECT_ARRAY ||
        o->via.array.size > pages[rows].max)
        return -EBADMSG;
    r->rows = rows;
    for (uint32_t i = 0; i < o->via.array.size; i++) {
        if (get(r, &o->via.array.ptr[i]) != 0)
            return -EBADMSG;
        r->count++;
    }
    return 0;
}

static int
read_map(struct reply *r, const msgpack_object *map)
{
    int rc = field_get_map(&table, r, &r->has, map);

    for (enum reply_rows k = REPLY_RUNS; rc == 0 && k <= REPLY_CONFLICTS; k++) {
        const msgpack_object *o = wire_find(map, pages[k].key);

        if (o != NULL)
            rc = get_rows(r, k, o);
    }
    return rc;
}

int
reply_decode(struct reply *out, const void *buf, size_t len)
{
    struct wire_reader reader;
    struct reply r;
    int rc;

    if (len > REPLY_WIRE_MAX)
        return -EBADMSG;
    rc = wire_reader_init(&reader, buf, len);
    if (rc != 0)
        return rc;
    memset(&r, 0, sizeof r);
    r.text_len = 1;
    r.wire_len = REPLY_WIRE_MAX; /* a page that was received is closed */
    rc = read_map(&r, &reader.map);
    wire_reader_clear(&reader);
    if (rc == 0)
        *out = r;
    return rc;
}
