#include "services/sync-engine/checkout/assemble.h"

#include "services/sync-engine/repo/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is not read first must not be held in memory by a damaged list. */
static int
load_chunk(const struct assemble *a, struct worker *w, uint32_t i,
           struct problem *p)
{
    const struct oid *id = &a->record->chunks[i];
    char key[OBJECTS_KEY_MAX];
    int rc = objects_read_chunk(a->objects, w, id, &w->plain, p);

    if (rc != OBJECTS_ABSENT)
        return rc;
    return problem_set(p, PROBLEM_DAMAGED,
                       "%s%s cannot be written: %s is "
                       "missing",
                       a->root, a->record->path, objects_key(id, key));
}

static int
say_size(const struct assemble *a, struct problem *p)
{
    return problem_set(p, PROBLEM_DAMAGED,
                       "%s%s cannot be written: its chunks are not the %lld "
                       "bytes of its record",
                       a->root, a->record->path, (long long)a->record->size);
}

void
assemble_times(struct timespec out[2], int64_t updated_ms)
{
    int64_t ms = updated_ms % 1000;

    /* Before 1970, too, nanoseconds count upwards. */
    if (ms < 0)
        ms += 1000;
    out[0].tv_sec = (time_t)((updated_ms - ms) / 1000);
    out[0].tv_nsec = (long)(ms * 1000000);
    out[1] = out[0];
}

static int
write_chunks(const struct assemble *a, struct worker *w, int fd,
             struct problem *p)
{
    uint64_t left = (uint64_t)a->record->size;
    int rc = 0;

    for (uint32_t i = 0; i < a->record->chunk_count && rc == 0; i++) {
        rc = load_chunk(a, w, i, p);
        if (rc != 0)
            return rc;
        if (w->plain.len > left)
            return say_size(a, p);
        left -= w->plain.len;
        rc = disk_write_all(fd, w->plain.data, w->plain.len);
        if (rc == 0 && a->on_bytes != NULL)
            a->on_bytes(a->ctx, w->plain.len);
    }
    if (rc != 0) {
        return problem_errno(p, rc, "cannot write %s%s", a->root,
                             a->record->path);
    }
    return left == 0 ? 0 : say_size(a, p);
}

int
assemble_write(const struct assemble *a, struct worker *w, int fd,
               struct problem *p)
{
    struct timespec times[2];
    int rc = write_chunks(a, w, fd, p);

    if (rc != 0)
        return rc;
    assemble_times(times, a->record->updated);
    if (futimens(fd, times) == 0)
        return 0;
    return problem_errno(p, -errno, "cannot set the time of %s%s", a->root,
                         a->record->path);
}

/* Fill w->text with the next len bytes, fewer at the end of the file. */
static int
read_part(int fd, struct worker *w, size_t len)
{
    int rc;

    w->text.len = 0;
    rc = buffer_reserve(&w->text, len + 1);
    while (rc == 0 && w->text.len < len) {
        ssize_t n = read(fd, w->text.data + w->text.len, len - w->text.len);

        if (n < 0 && errno != EINTR)
            rc = -errno;
        if (n == 0)
            break;
        if (n > 0)
            w->text.len += (size_t)n;
    }
    return rc;
}

/* 0, ASSEMBLE_DIFFERS, or negative. */
static int
compare_chunk(const struct assemble *a, struct worker *w, int fd, uint32_t i,
              struct problem *p)
{
    int rc =
        objects_read_chunk(a->objects, w, &a->record->chunks[i], &w->plain, p);

    if (rc == OBJECTS_ABSENT)
        return ASSEMBLE_DIFFERS;
    if (rc != 0)
        return rc;
    rc = read_part(fd, w, w->plain.len);
    if (rc != 0) {
        return problem_unreadable(p, rc, "cannot read %s%s", a->root,
                                  a->record->path);
    }
    if (w->text.len != w->plain.len ||
        (w->plain.len > 0 &&
         memcmp(w->text.data, w->plain.data, w->plain.len) != 0))
        return ASSEMBLE_DIFFERS;
    return 0;
}

int
assemble_compare(const struct assemble *a, struct worker *w, int dir_fd,
                 const char *name, struct problem *p)
{
    int fd =
        openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    int rc = 0;

    if (fd < 0)
        return ASSEMBLE_DIFFERS;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size != a->record->size)
        rc = ASSEMBLE_DIFFERS;
    for (uint32_t i = 0; i < a->record->chunk_count && rc == 0; i++)
        rc = compare_chunk(a, w, fd, i, p);
    (void)close(fd);
    return rc;
}
