#include "services/sync-engine/checkout/younger.h"

#include "services/sync-engine/repo/walk.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
has_second_of(const struct file_record *seen, const struct stat *st)
{
    struct walk_file now;

    walk_set(&now, st);
    return walk_updated_ms(&now) / 1000 == seen->updated / 1000;
}

int
younger_make(int data_fd, const char *root, const struct file_record *seen,
             struct problem *p)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
    int fd = walk_open_file(data_fd, seen->path);
    struct stat st;
    int rc = 0;

    if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
        return 0;
    if (fd < 0)
        return problem_unreadable(p, fd, "cannot read %s%s", root, seen->path);
    if (fstat(fd, &st) != 0) {
        rc = -errno;
    } else if (has_second_of(seen, &st)) {
        times[1] = st.st_mtim;
        times[1].tv_sec++;
        rc = futimens(fd, times) == 0 ? 0 : -errno;
    }
    (void)close(fd);
    if (rc == 0)
        return 0;
    return problem_errno(p, rc,
                         "%s%s was edited elsewhere in the same second, and "
                         "its time cannot be set",
                         root, seen->path);
}
