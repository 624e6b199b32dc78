/*
 * checkout_write.c - each new file under a temporary name next to its place,
 * by several workers.
 *
 * A worker takes SLICE files at a time: neighbours in the list mostly share
 * their folder, which is then opened once.
 */
#include "services/sync-engine/checkout/assemble.h"
#include "services/sync-engine/checkout/checkout_state.h"
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/checkout/seen.h"
#include "services/sync-engine/repo/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE 16

/* The bytes of one file, told while it is written. */
struct telling {
    struct checkout *checkout;
    const char *path;
};

static void
on_bytes(void *ctx, size_t bytes)
{
    struct telling *t = ctx;

    checkout_report(t->checkout, 0, bytes, t->path);
}

/* What syncfs() would miss, and what the disk cannot hold. */
static int
finish(struct checkout *c, int fd, const struct file_record *want)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -errno;
    if (st.st_dev != c->device) {
        atomic_store(&c->foreign, true);
        if (fsync(fd) != 0)
            return -errno;
    }
    if (st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 !=
        want->updated)
        atomic_fetch_add(&c->coarse, 1);
    return 0;
}

static int
fill(struct checkout *c, struct worker *w, int fd,
     const struct file_record *want, struct problem *p)
{
    struct telling t = {.checkout = c, .path = want->path};
    const struct assemble a = {
        .objects = repo_objects(c->opt->repo),
        .record = want,
        .root = c->data.name,
        .on_bytes = on_bytes,
        .ctx = &t,
    };
    int rc = assemble_write(&a, w, fd, p);

    if (rc != 0)
        return rc;
    rc = finish(c, fd, want);
    return rc == 0 ? 0
                   : problem_errno(p, rc, "cannot write %s%s", c->data.name,
                                   want->path);
}

static int
write_temp(struct checkout *c, struct worker *w, int dir_fd, size_t i,
           struct problem *p)
{
    const struct file_record *want = c->job->upserts[i];
    char temp[INTENT_NAME_MAX];
    int fd;
    int rc;

    (void)intent_temp_name(temp, folders_name(want->path), c->seed, i);
    fd = openat(dir_fd, temp,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT) /* somebody removed the folder just now */
        return checkout_changed(c, want->path);
    if (fd < 0) {
        return problem_errno(p, -errno, "cannot write %s%s", c->data.name,
                             want->path);
    }
    rc = fill(c, w, fd, want, p);
    /* Some file systems tell only now that the disk is full. */
    if (close(fd) != 0 && rc == 0) {
        rc = problem_errno(p, -errno, "cannot write %s%s", c->data.name,
                           want->path);
    }
    if (rc == 0) {
        c->items[i] = CHECKOUT_ITEM_WRITTEN;
    } else {
        (void)unlinkat(dir_fd, temp, 0);
    }
    return rc;
}

static bool
is_same_content(const struct file_record *a, const struct file_record *b)
{
    return a != NULL && a->size == b->size &&
           a->chunk_count == b->chunk_count &&
           memcmp(a->chunks, b->chunks, a->chunk_count * sizeof *a->chunks) ==
               0;
}

static int
write_item(struct checkout *c, struct worker *w, struct folders *f, size_t i,
           struct problem *p)
{
    const struct file_record *want = c->job->upserts[i];
    int rc = folders_enter(f, want->path, p);

    if (rc == 0)
        rc = checkout_look(c, w, f->fd, want, p);
    if (rc < 0)
        return rc;
    if (rc == SEEN_CHANGED)
        return checkout_changed(c, want->path);
    if (rc == SEEN_WANTED ||
        (rc == 0 && is_same_content(checkout_was(c, want->path), want))) {
        c->items[i] = CHECKOUT_ITEM_TOUCH;
        rc = 0;
    } else {
        rc = write_temp(c, w, f->fd, i, p);
    }
    if (rc == 0) {
        bool touch = c->items[i] == CHECKOUT_ITEM_TOUCH;

        checkout_report(c, 1, touch ? (uint64_t)want->size : 0, want->path);
    }
    return rc;
}

static int
write_slice(void *ctx, struct worker *w, size_t slice, struct problem *p)
{
    struct checkout *c = ctx;
    size_t end = (slice + 1) * SLICE;
    struct folders f;
    int rc = 0;

    folders_init(&f, c->data.fd, c->data.name, &c->made);
    for (size_t i = slice * SLICE; i < end && i < c->job->upsert_count; i++) {
        if (atomic_load(&c->changed))
            break;
        rc = checkout_go_on(c, p);
        if (rc == 0)
            rc = write_item(c, w, &f, i, p);
        if (rc != 0)
            break;
    }
    folders_leave(&f);
    /* A change is no failure: the others stop by themselves. */
    return rc == CHECKOUT_CHANGED ? 0 : rc;
}

int
checkout_write(struct checkout *c, struct problem *p)
{
    const struct pool_job job = {
        .key = repo_key(c->opt->repo),
        .workers = c->opt->workers == 0 ? CHECKOUT_WORKERS : c->opt->workers,
        .count = (c->job->upsert_count + SLICE - 1) / SLICE,
        .cancel = c->opt->cancel,
        .fn = write_slice,
        .ctx = c,
    };
    int rc;

    checkout_enter(c, CHECKOUT_WRITE, 0, c->job->upsert_count);
    rc = pool_run(&job, p);
    if (rc != 0)
        return rc;
    return atomic_load(&c->changed) ? CHECKOUT_CHANGED : 0;
}

int
checkout_discard(struct checkout *c, struct problem *p)
{
    char temp[INTENT_NAME_MAX];
    struct folders f;
    int rc = 0;

    folders_init(&f, c->data.fd, c->data.name, NULL);
    for (size_t i = 0; i < c->job->upsert_count; i++) {
        const char *path = c->job->upserts[i]->path;

        if (c->items[i] != CHECKOUT_ITEM_WRITTEN ||
            folders_enter(&f, path, p) != 0)
            continue;
        (void)intent_temp_name(temp, folders_name(path), c->seed, i);
        if (unlinkat(f.fd, temp, 0) != 0 && errno != ENOENT) {
            rc = problem_errno(p, -errno,
                               "cannot remove the temporary file of %s%s",
                               c->data.name, path);
        }
    }
    folders_leave(&f);
    return rc;
}
