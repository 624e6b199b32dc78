#include "services/sync-engine/config/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * Walk up from path to the root.  Returns 1 when one of the folders above it
 * is target, 0 when none is, or -errno.
 */
static int
is_below(const char *path, const struct stat *target)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int found = 0;
    struct stat here = {0};

    if (fd < 0 || fstat(fd, &here) != 0)
        found = -errno;
    while (found == 0) {
        int up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct stat above = {0};

        if (up < 0 || fstat(up, &above) != 0) {
            found = -errno;
        } else if (is_same(&above, target)) {
            found = 1;
        }
        close(fd);
        fd = up;
        if (found == 0 && is_same(&above, &here))
            break; /* the root is its own parent */
        here = above;
    }
    if (fd >= 0)
        close(fd);
    return found;
}

int
place_compare(const char *a, const char *b)
{
    struct stat at;
    struct stat bt;
    int rc;

    if (stat(a, &at) != 0 || stat(b, &bt) != 0)
        return -errno;
    if (is_same(&at, &bt))
        return PLACE_SAME;
    rc = is_below(a, &bt);
    if (rc != 0)
        return rc < 0 ? rc : PLACE_INSIDE;
    rc = is_below(b, &at);
    if (rc != 0)
        return rc < 0 ? rc : PLACE_AROUND;
    return PLACE_APART;
}
