#include "services/sync-engine/state/switched.h"

#include "services/sync-engine/state/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SWITCHED_FILE "disabled"

int
switched_load(bool *on, int dir_fd)
{
    struct stat st;

    *on = false;
    if (fstatat(dir_fd, SWITCHED_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    if (errno != ENOENT)
        return -errno;
    *on = true;
    return 0;
}

int
switched_save(bool on, int dir_fd)
{
    const char *text = "switched off over the bus; `enable` removes this\n";

    if (!on) {
        return state_dir_write_durable(dir_fd, SWITCHED_FILE, text,
                                       strlen(text));
    }
    if (unlinkat(dir_fd, SWITCHED_FILE, 0) != 0 && errno != ENOENT)
        return -errno;
    return fsync(dir_fd) == 0 ? 0 : -errno;
}
