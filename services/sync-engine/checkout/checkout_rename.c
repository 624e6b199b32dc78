/*
 * checkout_rename.c - the visible part: files get their names, others go.
 *
 * One thread, in the order of the lists.  Between the last look at a place and
 * the call that changes it lie microseconds.
 */
#include "services/sync-engine/checkout/assemble.h"
#include "services/sync-engine/checkout/checkout_state.h"
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/checkout/keep.h"
#include "services/sync-engine/checkout/seen.h"
#include "services/sync-engine/checkout/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* One upsert and where it goes. */
struct placing {
    struct checkout *checkout;
    size_t i;
    const struct file_record *want;
    int dir_fd;
    const char *name;
    char temp[INTENT_NAME_MAX];
};

static int
fail(const struct placing *at, int rc, struct problem *p)
{
    return problem_errno(p, rc, "cannot write %s%s", at->checkout->data.name,
                         at->want->path);
}

static int
touch(struct placing *at, struct problem *p)
{
    struct timespec times[2];

    assemble_times(times, at->want->updated);
    if (utimensat(at->dir_fd, at->name, times, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(at, -errno, p);
    at->checkout->items[at->i] = CHECKOUT_ITEM_DONE;
    return 0;
}

/* The flush at the end is of data's own disk. */
static int
flush_foreign(const struct placing *at, struct problem *p)
{
    int fd;
    int rc = 0;

    if (!atomic_load(&at->checkout->foreign))
        return 0;
    fd = openat(at->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        rc = fail(at, -errno, p);
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static int
clear_folder(const struct placing *at, struct problem *p)
{
    int rc = tree_prune(at->dir_fd, at->name);

    if (rc != -ENOTEMPTY)
        return rc == 0 ? 0 : fail(at, rc, p);
    return problem_set(p, PROBLEM_UNSAFE_PATH,
                       "%s%s is a folder with files that are not "
                       "synchronised: it is in the way of a file",
                       at->checkout->data.name, at->want->path);
}

static int
keep_left_out(const struct placing *at, struct problem *p)
{
    const struct checkout_options *opt = at->checkout->opt;
    const struct keep_found found = {
        .workspace = opt->workspace,
        .started_ms = opt->started_ms,
        .dir_fd = at->dir_fd,
        .name = at->name,
        .path = at->want->path,
    };

    return keep_link(&found, p);
}

static int
give_name(struct placing *at, bool replace, struct problem *p)
{
    int rc;

    if (replace) {
        rc = renameat(at->dir_fd, at->temp, at->dir_fd, at->name) == 0 ? 0
                                                                       : -errno;
    } else {
        rc = folders_rename_new(at->dir_fd, at->temp, at->name);
    }
    switch (rc) {
    case 0:
        at->checkout->items[at->i] = CHECKOUT_ITEM_DONE;
        return flush_foreign(at, p);
    case -EEXIST: /* something was faster than we are */
    case -ENOTEMPTY:
    case -EISDIR:
    case -ENOENT:
        return checkout_changed(at->checkout, at->want->path);
    default:
        return fail(at, rc, p);
    }
}

/* looked: what checkout_look() said. */
static int
put(struct placing *at, int looked, struct problem *p)
{
    bool replace = checkout_was(at->checkout, at->want->path) != NULL;
    int rc = 0;

    if (looked == SEEN_WANTED) { /* and the temporary file is for nothing */
        (void)unlinkat(at->dir_fd, at->temp, 0);
        return touch(at, p);
    }
    if (looked == SEEN_FOLDER)
        rc = clear_folder(at, p);
    if (looked == SEEN_LEFT_OUT) {
        rc = keep_left_out(at, p);
        replace = true;
    }
    return rc == 0 ? give_name(at, replace, p) : rc;
}

static int
place(struct checkout *c, struct folders *f, size_t i, struct problem *p)
{
    struct placing at = {.checkout = c, .i = i, .want = c->job->upserts[i]};
    const char *path = at.want->path;
    int rc = folders_enter(f, path, p);

    if (rc == FOLDERS_ABSENT)
        return checkout_changed(c, path);
    if (rc != 0)
        return rc;
    at.dir_fd = f->fd;
    at.name = folders_name(path);
    (void)intent_temp_name(at.temp, at.name, c->seed, i);
    rc = checkout_look(c, repo_worker(c->opt->repo), f->fd, at.want, p);
    if (rc < 0)
        return rc;
    if (rc == SEEN_CHANGED)
        return checkout_changed(c, path);
    if (c->items[i] == CHECKOUT_ITEM_WRITTEN)
        return put(&at, rc, p);
    if (rc != 0 && rc != SEEN_WANTED)
        return checkout_changed(c, path);
    return touch(&at, p);
}

int
checkout_rename(struct checkout *c, struct problem *p)
{
    struct folders f;
    int rc = 0;

    checkout_enter(c, CHECKOUT_RENAME, 0, c->job->upsert_count);
    folders_init(&f, c->data.fd, c->data.name, NULL);
    for (size_t i = 0; i < c->job->upsert_count && rc == 0; i++) {
        rc = checkout_go_on(c, p);
        if (rc == 0)
            rc = place(c, &f, i, p);
        if (rc == 0) {
            c->out->written++;
            checkout_report(c, 1, 0, c->job->upserts[i]->path);
        }
    }
    folders_leave(&f);
    return rc;
}

/* What is no longer a file there is as good as removed. */
static int
remove_one(struct checkout *c, struct folders *f, const struct file_record *was,
           struct problem *p)
{
    struct seen s = {
        .objects = repo_objects(c->opt->repo),
        .root = c->data.name,
        .name = folders_name(was->path),
        .was = was,
    };
    int rc = folders_enter(f, was->path, p);

    if (rc != 0)
        return rc == FOLDERS_ABSENT ? 0 : rc;
    s.dir_fd = f->fd;
    rc = seen_check(&s, repo_worker(c->opt->repo), p);
    if (rc == SEEN_CHANGED)
        return checkout_changed(c, was->path);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (unlinkat(f->fd, s.name, 0) == 0) {
        c->out->removed++;
        return 0;
    }
    if (errno == ENOENT || errno == EISDIR)
        return 0;
    return problem_errno(p, -errno, "cannot remove %s%s", c->data.name,
                         was->path);
}

int
checkout_remove(struct checkout *c, size_t first, size_t end, struct problem *p)
{
    struct folders f;
    int rc = 0;

    if (first == end)
        return 0;
    checkout_enter(c, CHECKOUT_REMOVE, first, c->job->remove_count);
    folders_init(&f, c->data.fd, c->data.name, NULL);
    for (size_t i = first; i < end && rc == 0; i++) {
        rc = checkout_go_on(c, p);
        if (rc == 0)
            rc = remove_one(c, &f, c->job->removes[i], p);
        if (rc == 0)
            checkout_report(c, 1, 0, c->job->removes[i]->path);
    }
    folders_leave(&f);
    return rc;
}
