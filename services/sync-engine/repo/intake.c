#include "services/sync-engine/repo/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define ADVANCE_MAX 100 /* seconds */

/* Of compare_stored(), beside OBJECTS_ABSENT. */
#define ID_TAKEN 2

/* One file on its way. */
struct passage {
    const struct intake *in;
    struct worker *w;
    struct walk_file *f;
    struct problem *p;
    int fd;
};

static int
fail(const struct passage *a, int rc)
{
    return problem_unreadable(a->p, rc, "cannot read %s%s", a->in->name,
                              a->f->path);
}

static int
no_memory(const struct passage *a)
{
    return problem_errno(a->p, -ENOMEM, "%s%s", a->in->name, a->f->path);
}

/* Is the name still that of the file the walk saw? */
static bool
is_unchanged(const struct passage *a)
{
    struct stat st;

    return fstatat(a->in->data_fd, a->f->path + 1, &st, AT_SYMLINK_NOFOLLOW) ==
               0 &&
           walk_is_same(a->f, &st);
}

/* A failed call tells nothing about the file when it is another one now. */
static int
judge(const struct passage *a, int rc)
{
    return is_unchanged(a) ? fail(a, rc) : INTAKE_CHANGED;
}

/* Append up to room bytes to w->plain; the count, 0 at the end, or -errno. */
static ssize_t
read_some(const struct passage *a, size_t room)
{
    struct buffer *b = &a->w->plain;
    ssize_t n;

    do {
        n = read(a->fd, b->data + b->len, room);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    b->len += (size_t)n;
    return n;
}

/* Fill w->plain up to want bytes or the end of the file. */
static int
read_up_to(const struct passage *a, size_t want)
{
    struct buffer *b = &a->w->plain;
    ssize_t n = 1;

    if (buffer_reserve(b, want - b->len) != 0)
        return -ENOMEM;
    while (n > 0 && b->len < want)
        n = read_some(a, want - b->len);
    return n < 0 ? (int)n : 0;
}

/* Store the first len bytes of w->plain as the next chunk. */
static int
store_chunk(const struct passage *a, size_t len)
{
    const struct intake *in = a->in;
    const struct buffer chunk = {.data = a->w->plain.data, .len = len};
    struct oid id;
    int rc = oid_of_bytes(&id, chunk.data, len);

    if (rc != 0)
        return problem_errno(a->p, rc, "%s%s", in->name, a->f->path);
    if (!in->look_only || a->f->size < CHUNKER_MIN)
        rc = objects_write(in->objects, a->w, &id, &chunk, a->p);
    if (rc != 0)
        return rc;
    if (buffer_append(&a->w->chunks, &id, sizeof id) != 0)
        return no_memory(a);
    if (in->on_progress != NULL)
        in->on_progress(in->ctx, a->f->path, len);
    return 0;
}

/* A small file is one chunk, whatever is in it. */
static int
take_whole(const struct passage *a)
{
    size_t size = (size_t)a->f->size;
    int rc = read_up_to(a, size + 1);

    if (rc == -ENOMEM)
        return no_memory(a);
    if (rc != 0)
        return judge(a, rc);
    if (a->w->plain.len != size)
        return INTAKE_CHANGED;
    return store_chunk(a, size);
}

/*
 * Store what the chunker cuts off the front of w->plain, and the rest when
 * the file has ended; what remains moves to the front.
 */
static int
cut(const struct passage *a, bool at_end)
{
    struct buffer *b = &a->w->plain;
    size_t len = chunker_cut(a->w->chunker, b->data, b->len);
    int rc = 0;

    while (rc == 0 && (len > 0 || (at_end && b->len > 0))) {
        if (len == 0)
            len = b->len;
        rc = store_chunk(a, len);
        memmove(b->data, b->data + len, b->len - len);
        b->len -= len;
        len = chunker_cut(a->w->chunker, b->data, b->len);
    }
    return rc;
}

static int
take_pieces(const struct passage *a)
{
    const struct intake *in = a->in;
    struct buffer *b = &a->w->plain;
    int64_t total = 0;
    bool at_end = false;
    int rc = worker_chunker(a->w) == 0 ? 0 : no_memory(a);

    while (rc == 0 && !at_end) {
        size_t before = b->len;

        if (in->cancel != NULL && atomic_load(in->cancel))
            return problem_set(a->p, PROBLEM_CANCELLED, "cancelled");
        rc = read_up_to(a, before + CHUNKER_STEP);
        if (rc == -ENOMEM)
            return no_memory(a);
        if (rc != 0)
            return judge(a, rc);
        total += (int64_t)(b->len - before);
        if (total > a->f->size)
            return INTAKE_CHANGED;
        at_end = b->len < before + CHUNKER_STEP;
        rc = cut(a, at_end);
    }
    return rc == 0 && total != a->f->size ? INTAKE_CHANGED : rc;
}

/* Make the file a second younger, provided nobody has touched it. */
static int
advance(const struct passage *a)
{
    struct timespec times[2] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = a->f->seconds + 1, .tv_nsec = (long)a->f->nanoseconds},
    };
    struct stat st;

    if (a->in->look_only) {
        a->f->seconds++;
        return 0;
    }
    if (!is_unchanged(a))
        return INTAKE_CHANGED;
    if (futimens(a->fd, times) != 0) {
        return problem_errno(a->p, -errno,
                             "%s%s has another content than before but the "
                             "same time, which cannot be set",
                             a->in->name, a->f->path);
    }
    if (fstat(a->fd, &st) != 0)
        return fail(a, -errno);
    if (st.st_size != a->f->size || st.st_ino != a->f->inode)
        return INTAKE_CHANGED;
    walk_set(a->f, &st);
    return 0;
}

static bool
same_content(const struct file_record *x, const struct file_record *y)
{
    return x->size == y->size && x->chunk_count == y->chunk_count &&
           memcmp(x->chunks, y->chunks, x->chunk_count * sizeof *x->chunks) ==
               0;
}

static int
fill_record(const struct passage *a, struct file_record *out)
{
    const struct buffer *ids = &a->w->chunks;
    int rc;

    *out = (struct file_record){
        .path = a->f->path,
        .size = a->f->size,
        .updated = walk_updated_ms(a->f),
        .chunk_count = (uint32_t)(ids->len / sizeof(struct oid)),
        .chunks = (const struct oid *)ids->data,
    };
    rc = oid_of_file(&out->id, out->path, out->updated);
    return rc == 0 ? 0
                   : problem_errno(a->p, rc, "%s%s", a->in->name, a->f->path);
}

static int
write_record(const struct passage *a, const struct file_record *record)
{
    struct worker *w = a->w;

    w->text.len = 0;
    if (file_record_encode(&w->text, record) != 0)
        return no_memory(a);
    return objects_write(a->in->objects, w, &record->id, &w->text, a->p);
}

/*
 * Look whether the id of *out is free or means the same content; the time of
 * the stored record then counts, for it is what others will read.
 *
 * Returns 0, OBJECTS_ABSENT: not stored yet; ID_TAKEN by another content; or a
 * negative value with *p filled.
 */
static int
compare_stored(const struct passage *a, struct file_record *out)
{
    struct arena arena = {0};
    struct objects_file stored = {.arena = &arena};
    int rc = objects_read_file(a->in->objects, a->w, &out->id, &stored, a->p);

    if (rc == 0 && !same_content(out, &stored.record))
        rc = ID_TAKEN;
    if (rc == 0)
        out->updated = stored.record.updated;
    arena_clear(&arena);
    return rc;
}

static int
store_record(const struct passage *a, struct file_record *out)
{
    int rc = ID_TAKEN;

    for (int i = 0; i < ADVANCE_MAX && rc == ID_TAKEN; i++) {
        rc = i == 0 ? 0 : advance(a);
        if (rc == 0)
            rc = fill_record(a, out);
        if (rc != 0)
            return rc;
        rc = compare_stored(a, out);
    }
    if (rc == ID_TAKEN) {
        return problem_set(a->p, PROBLEM_SYSTEM,
                           "%s%s: no free second found for its new content",
                           a->in->name, a->f->path);
    }
    return rc == OBJECTS_ABSENT ? write_record(a, out) : rc;
}

static int
take(const struct passage *a, struct file_record *out)
{
    int rc;

    a->w->plain.len = 0;
    a->w->chunks.len = 0;
    rc = a->f->size < CHUNKER_MIN ? take_whole(a) : take_pieces(a);
    if (rc == 0 && !is_unchanged(a))
        rc = INTAKE_CHANGED;
    return rc == 0 ? store_record(a, out) : rc;
}

int
intake_run(const struct intake *in, struct worker *w, struct walk_file *f,
           struct file_record *out, struct problem *p)
{
    struct passage a = {.in = in, .w = w, .f = f, .p = p};
    int rc;

    a.fd = walk_open_file(in->data_fd, f->path);
    if (a.fd < 0)
        return judge(&a, a.fd);
    rc = take(&a, out);
    (void)close(a.fd);
    return rc;
}
