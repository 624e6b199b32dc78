/*
 * walk.c - the recursive listing of data/.
 *
 * Each folder is opened relative to its parent, its entries are taken in
 * order: files are stat'ed and added, folders entered.  The current path grows
 * and shrinks in one buffer.
 */
#include "services/sync-engine/repo/walk.h"

#include "services/sync-engine/repo/folder.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROGRESS_STEP 512 /* files */

struct walk {
    struct walk_list *list;
    const struct walk_options *opt;
    struct problem *problem;
    unsigned depth;
    size_t len;                  /* of path */
    char path[PATH_LEN_MAX + 2]; /* "" for the data folder */
};

static int
refuse(struct walk *w, int rc)
{
    return problem_set(w->problem, PROBLEM_UNSAFE_PATH, "%s%s: %s",
                       w->opt->name, w->path, path_reason(rc));
}

static int
unreadable(struct walk *w, int rc)
{
    return problem_unreadable(w->problem, rc, "cannot read %s%s", w->opt->name,
                              w->path);
}

static int
no_memory(struct walk *w)
{
    return problem_errno(w->problem, -ENOMEM, "listing %s", w->opt->name);
}

static int
enter_name(struct walk *w, const char *name)
{
    size_t len = strlen(name);

    if (w->len + 1 + len > PATH_LEN_MAX)
        return refuse(w, -ENAMETOOLONG);
    w->path[w->len] = '/';
    memcpy(w->path + w->len + 1, name, len + 1);
    w->len += len + 1;
    return 0;
}

static void
leave_name(struct walk *w, size_t len)
{
    w->len = len;
    w->path[len] = '\0';
}

static int
grow_list(struct walk_list *l)
{
    size_t cap = l->cap == 0 ? 1024 : 2 * l->cap;
    struct walk_file *files = realloc(l->files, cap * sizeof *files);

    if (files == NULL)
        return -ENOMEM;
    l->files = files;
    l->cap = cap;
    return 0;
}

static int
add_file(struct walk *w, const struct stat *st)
{
    struct walk_list *l = w->list;
    struct walk_file *f;

    if (l->count == l->cap && grow_list(l) != 0)
        return no_memory(w);
    f = &l->files[l->count];
    *f = (struct walk_file){
        .path = arena_text(&l->arena, w->path, w->len),
    };
    if (f->path == NULL)
        return no_memory(w);
    walk_set(f, st);
    l->size += f->size;
    l->count++;
    if (w->opt->on_progress != NULL && l->count % PROGRESS_STEP == 0)
        w->opt->on_progress(w->opt->ctx, l->count);
    return 0;
}

/* The file at w->path; the cheap rules come before the stat. */
static int
visit_file(struct walk *w, int dir_fd, const char *name)
{
    struct stat st;
    int rc;

    if (ignore_skips_file(w->path))
        return 0;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : unreadable(w, -errno);
    if (!S_ISREG(st.st_mode))
        return 0;
    rc = path_check(w->path, w->len);
    if (rc != 0)
        return refuse(w, rc);
    rc = w->opt->ignore == NULL ? 0
                                : ignore_match(w->opt->ignore, w->path, w->len);
    if (rc < 0) {
        return problem_set(w->problem, PROBLEM_UNSAFE_PATH,
                           "%s%s: a pattern of syncignore is too complex to "
                           "decide about it",
                           w->opt->name, w->path);
    }
    return rc == IGNORE_MATCHED ? 0 : add_file(w, &st);
}

static int
list_folder(struct walk *w, struct folder *f, int fd)
{
    int rc = folder_read(f, fd);

    if (rc == -ENOMEM)
        return no_memory(w);
    return rc == 0 ? 0 : unreadable(w, rc);
}

/* It was a folder a moment ago; now gone, a file or a symbolic link. */
static bool
has_vanished(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

static int visit_folder(struct walk *w, int parent_fd, const char *name);

static int
visit_entries(struct walk *w, const struct folder *f, int fd)
{
    size_t len = w->len;
    int rc = 0;

    for (size_t i = 0; i < f->count && rc == 0; i++) {
        const struct folder_entry *e = &f->entries[i];

        rc = enter_name(w, e->name);
        if (rc != 0)
            return rc;
        if (w->opt->cancel != NULL && atomic_load(w->opt->cancel)) {
            rc = problem_set(w->problem, PROBLEM_CANCELLED, "cancelled");
        } else if (e->is_folder) {
            rc = visit_folder(w, fd, e->name);
        } else {
            rc = visit_file(w, fd, e->name);
        }
        if (rc == 0)
            leave_name(w, len);
    }
    return rc;
}

static int
visit_folder(struct walk *w, int parent_fd, const char *name)
{
    struct folder f = {0};
    int fd = openat(parent_fd, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return has_vanished(errno) ? 0 : unreadable(w, -errno);
    if (++w->depth > WALK_DEPTH_MAX) {
        rc = problem_set(w->problem, PROBLEM_UNSAFE_PATH,
                         "%s%s: more than %d nested folders", w->opt->name,
                         w->path, WALK_DEPTH_MAX);
    } else {
        rc = list_folder(w, &f, fd);
    }
    if (rc == 0)
        rc = visit_entries(w, &f, fd);
    w->depth--;
    folder_clear(&f);
    (void)close(fd);
    return rc;
}

int
walk_run(struct walk_list *out, const struct walk_options *opt,
         struct problem *p)
{
    struct walk w = {.list = out, .opt = opt, .problem = p};
    int rc = visit_folder(&w, opt->data_fd, ".");

    if (rc != 0)
        walk_clear(out);
    return rc;
}

int64_t
walk_updated_ms(const struct walk_file *f)
{
    return f->seconds * 1000 + f->nanoseconds / 1000000;
}

bool
walk_is_same(const struct walk_file *f, const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_size == f->size &&
           st->st_mtim.tv_sec == f->seconds &&
           (uint64_t)st->st_mtim.tv_nsec == f->nanoseconds &&
           st->st_ino == f->inode;
}

void
walk_set(struct walk_file *f, const struct stat *st)
{
    f->size = st->st_size;
    f->seconds = st->st_mtim.tv_sec;
    f->nanoseconds = (uint32_t)st->st_mtim.tv_nsec;
    f->inode = st->st_ino;
}

/* Kernels and sandboxes without openat2: one folder after the other. */
static int
open_stepwise(int data_fd, const char *path)
{
    char segment[PATH_SEGMENT_MAX + 1];
    const char *slash;
    int at = data_fd;
    int fd;

    while ((slash = strchr(path, '/')) != NULL) {
        size_t len = (size_t)(slash - path);

        if (len > PATH_SEGMENT_MAX)
            return -ENAMETOOLONG;
        memcpy(segment, path, len);
        segment[len] = '\0';
        fd = openat(at, segment, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (at != data_fd)
            (void)close(at);
        if (fd < 0)
            return -errno;
        at = fd;
        path = slash + 1;
    }
    fd = openat(at, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    fd = fd < 0 ? -errno : fd;
    if (at != data_fd)
        (void)close(at);
    return fd;
}

int
walk_open_file(int data_fd, const char *path)
{
    /* O_NONBLOCK: a FIFO put in the file's place must not hang us. */
    struct open_how how = {
        .flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };
    long fd = syscall(SYS_openat2, data_fd, path + 1, &how, sizeof how);

    if (fd >= 0)
        return (int)fd;
    if (errno != ENOSYS && errno != EPERM)
        return -errno;
    return open_stepwise(data_fd, path + 1);
}

void
walk_clear(struct walk_list *l)
{
    if (l == NULL)
        return;
    free(l->files);
    arena_clear(&l->arena);
    *l = (struct walk_list){0};
}
