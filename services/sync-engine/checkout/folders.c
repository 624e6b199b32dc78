#include "services/sync-engine/checkout/folders.h"

#include "services/sync-engine/repo/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One segment of the way to a file. */
struct step {
    const char *path; /* the file's */
    size_t len;       /* up to and with this segment */
    char name[PATH_SEGMENT_MAX + 1];
};

const char *
folders_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

void
folders_init(struct folders *f, int root_fd, const char *root,
             struct folders_made *made)
{
    f->root_fd = root_fd;
    f->root = root;
    f->made = made;
    f->fd = -1;
    f->len = 0;
}

void
folders_leave(struct folders *f)
{
    if (f->fd >= 0 && f->fd != f->root_fd)
        (void)close(f->fd);
    f->fd = -1;
}

/* Neither a folder nor nothing: who may pass, and who is told. */
static int
say_blocked(const struct folders *f, int at, const struct step *s,
            struct problem *p)
{
    struct stat st;

    if (fstatat(at, s->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return problem_errno(p, -errno, "%s%.*s", f->root, (int)s->len,
                             s->path);
    }
    if (S_ISLNK(st.st_mode)) {
        return problem_set(p, PROBLEM_UNSAFE_PATH,
                           "%s%.*s is a symbolic link: %s is not reached "
                           "through it",
                           f->root, (int)s->len, s->path, s->path);
    }
    if (f->made == NULL)
        return FOLDERS_ABSENT;
    return problem_set(p, PROBLEM_UNSAFE_PATH,
                       "%s%.*s is no folder: it is in the way of %s", f->root,
                       (int)s->len, s->path, s->path);
}

static int
open_folder(int at, const char *name)
{
    int fd = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

static int
remember(struct folders_made *m, const struct step *s)
{
    const char *path;

    if (m->count == m->cap) {
        size_t cap = m->cap == 0 ? 64 : m->cap * 2;
        const char **paths = realloc(m->paths, cap * sizeof *paths);

        if (paths == NULL)
            return -ENOMEM;
        m->paths = paths;
        m->cap = cap;
    }
    path = arena_text(&m->arena, s->path, s->len);
    if (path == NULL)
        return -ENOMEM;
    m->paths[m->count++] = path;
    return 0;
}

/* Under the lock, so that nobody's folder in it is remembered before it. */
static int
make_folder(struct folders_made *m, int at, const struct step *s)
{
    int rc = 0;

    (void)pthread_mutex_lock(&m->lock);
    if (mkdirat(at, s->name, 0755) == 0) {
        rc = remember(m, s);
    } else if (errno != EEXIST) {
        rc = -errno;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return rc;
}

/* From *at one segment down. */
static int
go_down(const struct folders *f, int *at, const struct step *s,
        struct problem *p)
{
    int fd = open_folder(*at, s->name);

    if (fd == -ENOENT && f->made == NULL)
        return FOLDERS_ABSENT;
    if (fd == -ENOENT) {
        fd = make_folder(f->made, *at, s);
        if (fd == 0)
            fd = open_folder(*at, s->name);
    }
    if (fd == -ENOTDIR || fd == -ELOOP)
        return say_blocked(f, *at, s, p);
    if (fd < 0)
        return problem_errno(p, fd, "%s%.*s", f->root, (int)s->len, s->path);
    if (*at != f->root_fd)
        (void)close(*at);
    *at = fd;
    return 0;
}

static int
go(struct folders *f, const char *path, size_t len, struct problem *p)
{
    struct step s = {.path = path};
    int at = f->root_fd;
    int depth = 0;
    int rc = 0;

    while (rc == 0 && s.len < len) {
        const char *name = path + s.len + 1;
        size_t n = strcspn(name, "/");

        if (n > PATH_SEGMENT_MAX || ++depth >= WALK_DEPTH_MAX) {
            rc = problem_set(p, PROBLEM_UNSAFE_PATH,
                             "too many folders, or too long a name: %s%s",
                             f->root, path);
            break;
        }
        memcpy(s.name, name, n);
        s.name[n] = '\0';
        s.len += n + 1;
        rc = go_down(f, &at, &s, p);
    }
    f->fd = at;
    if (rc != 0)
        folders_leave(f);
    return rc;
}

int
folders_enter(struct folders *f, const char *path, struct problem *p)
{
    size_t len = (size_t)(strrchr(path, '/') - path);

    if (f->fd >= 0 && len == f->len && memcmp(f->at, path, len) == 0)
        return 0;
    folders_leave(f);
    memcpy(f->at, path, len);
    f->len = len;
    return go(f, path, len, p);
}

int
folders_made_init(struct folders_made *m, struct problem *p)
{
    int rc;

    *m = (struct folders_made){0};
    rc = pthread_mutex_init(&m->lock, NULL);
    return rc == 0 ? 0 : problem_errno(p, -rc, "making folders");
}

void
folders_made_undo(struct folders_made *m, int root_fd, const char *root)
{
    struct problem p;
    struct folders f;

    folders_init(&f, root_fd, root, NULL);
    while (m->count > 0) {
        const char *path = m->paths[--m->count];

        if (folders_enter(&f, path, &p) == 0)
            (void)unlinkat(f.fd, folders_name(path), AT_REMOVEDIR);
    }
    folders_leave(&f);
}

void
folders_made_clear(struct folders_made *m)
{
    (void)pthread_mutex_destroy(&m->lock);
    free(m->paths);
    arena_clear(&m->arena);
}

int
folders_rename_new(int dir_fd, const char *temp, const char *name)
{
    if (renameat2(dir_fd, temp, dir_fd, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    /* A file system that cannot promise it: look, then do it. */
    if (faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return -EEXIST;
    return renameat(dir_fd, temp, dir_fd, name) == 0 ? 0 : -errno;
}
