#include "services/sync-engine/cloud/local_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 3
#define PATH_CAP  1024

struct walk {
    local_walk_fn fn;
    void *ctx;
    char path[PATH_CAP]; /* of the entry in hand, relative to the start */
};

/* Owns fd.  (A DIR belongs to one thread: readdir is safe here.) */
static int walk_folder(struct walk *w, int fd, size_t len, int depth);

static unsigned char
find_type(int fd, const struct dirent *entry)
{
    struct stat st;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_UNKNOWN;
    return S_ISREG(st.st_mode) ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR : DT_LNK;
}

static int
visit(struct walk *w, int dir_fd, const struct dirent *entry, size_t len,
      int depth)
{
    int n = snprintf(w->path + len, sizeof w->path - len, "%s%s",
                     len == 0 ? "" : "/", entry->d_name);
    int fd;

    if (n < 0 || (size_t)n >= sizeof w->path - len)
        return 0; /* no key is that long: not ours */
    switch (find_type(dir_fd, entry)) {
    case DT_REG:
        return w->fn(w->ctx, w->path);
    case DT_DIR:
        if (depth == DEPTH_MAX)
            return 0;
        fd = openat(dir_fd, entry->d_name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return errno == ENOENT ? 0 : -errno;
        return walk_folder(w, fd, len + (size_t)n, depth + 1);
    default:
        return 0;
    }
}

static int
walk_folder(struct walk *w, int fd, size_t len, int depth)
{
    DIR *dir = fdopendir(fd);
    int rc = 0;

    if (dir == NULL) {
        rc = -errno;
        close(fd);
        return rc;
    }
    while (rc >= 0) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(dir); /* NOLINT(concurrency-mt-unsafe) */
        if (entry == NULL) {
            rc = -errno;
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = visit(w, fd, entry, len, depth);
    }
    closedir(dir);
    return rc < 0 ? rc : 0;
}

int
local_walk(int root_fd, const char *folder, local_walk_fn fn, void *ctx)
{
    struct walk w = {.fn = fn, .ctx = ctx};
    int fd = openat(root_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    return walk_folder(&w, fd, 0, 0);
}
