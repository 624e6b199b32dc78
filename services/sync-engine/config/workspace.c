#include "services/sync-engine/config/workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* A descriptor of path/name, or -errno. */
static int
open_in(const char *path, const char *name, int flags)
{
    int dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd;
    int rc;

    if (dir_fd < 0)
        return -errno;
    fd = openat(dir_fd, name, flags | O_CLOEXEC);
    rc = fd < 0 ? -errno : fd;
    close(dir_fd);
    return rc;
}

int
workspace_check(const char *path)
{
    int fd = open_in(path, "data", O_RDONLY | O_DIRECTORY);

    if (fd < 0)
        return fd;
    close(fd);
    return 0;
}

int
workspace_is_busy(const char *path)
{
    struct flock range = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    int fd = open_in(path, ".lock", O_RDONLY);
    int rc = 0;

    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    /* A shared lock for a moment: a kernel holds an exclusive one. */
    if (flock(fd, LOCK_SH | LOCK_NB) != 0) {
        rc = errno == EWOULDBLOCK ? WORKSPACE_BUSY : -errno;
    } else if (fcntl(fd, F_GETLK, &range) == 0 && range.l_type != F_UNLCK) {
        rc = WORKSPACE_BUSY;
    }
    close(fd);
    return rc;
}
