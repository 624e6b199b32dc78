#include "services/sync-engine/state/state_dir.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_CAP 128

/* A power cut must not take a folder whose device is known to others. */
static int
make_folder(char *path)
{
    char *slash = strrchr(path, '/');
    int rc = 0;
    int fd;

    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? 0 : -errno;
    if (slash != NULL)
        *slash = '\0';
    fd = open(slash == NULL   ? "."
              : slash == path ? "/"
                              : path,
              O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (slash != NULL)
        *slash = '/';
    if (fd < 0)
        return errno == EACCES ? 0 : -errno; /* may be entered, not read */
    if (fsync(fd) != 0)
        rc = -errno;
    close(fd);
    return rc;
}

static int
make_folders(const char *path)
{
    char *copy = strdup(path);
    int rc = 0;

    if (copy == NULL)
        return -ENOMEM;
    for (size_t i = 1; rc == 0 && copy[0] != '\0'; i++) {
        char end = copy[i];

        if (end != '/' && end != '\0')
            continue;
        copy[i] = '\0';
        rc = make_folder(copy);
        copy[i] = end;
        if (end == '\0')
            break;
    }
    free(copy);
    return rc;
}

static int
write_file(int dir_fd, const char *name, const char *data, size_t len,
           bool durable)
{
    char temp[NAME_CAP];
    int fd;
    int rc;

    (void)snprintf(temp, sizeof temp, "%s.tmp", name);
    fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    rc = disk_write_all(fd, data, len);
    if (rc == 0 && durable && fsync(fd) != 0)
        rc = -errno;
    if (close(fd) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && renameat(dir_fd, temp, dir_fd, name) != 0)
        rc = -errno;
    if (rc < 0)
        unlinkat(dir_fd, temp, 0);
    if (rc == 0 && durable && fsync(dir_fd) != 0)
        rc = -errno;
    return rc;
}

int
state_dir_write(int dir_fd, const char *name, const void *data, size_t len)
{
    return write_file(dir_fd, name, data, len, false);
}

int
state_dir_write_durable(int dir_fd, const char *name, const void *data,
                        size_t len)
{
    return write_file(dir_fd, name, data, len, true);
}

int
state_dir_read(int dir_fd, const char *name, size_t max, char **out,
               size_t *len)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    struct stat st;
    ssize_t n;
    int rc = 0;

    *out = NULL;
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) != 0) {
        rc = -errno;
    } else if (!S_ISREG(st.st_mode) || (size_t)st.st_size > max) {
        rc = -EFBIG;
    }
    if (rc == 0) {
        *out = malloc((size_t)st.st_size + 1);
        rc = *out == NULL ? -ENOMEM : 0;
    }
    if (rc == 0) {
        n = pread(fd, *out, (size_t)st.st_size, 0);
        rc = n < 0 ? -errno : 0;
        *len = n < 0 ? 0 : (size_t)n;
        (*out)[*len] = '\0';
    }
    if (rc < 0) {
        free(*out);
        *out = NULL;
    }
    close(fd);
    return rc;
}

/* Lock the folder and leave our process id for whoever comes second. */
static int
take_lock(struct state_dir *s, const char *path)
{
    char text[24] = "";

    s->lock_fd =
        openat(s->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock_fd < 0)
        return -errno;
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        int rc = -errno;

        if (rc != -EWOULDBLOCK)
            return rc;
        if (pread(s->lock_fd, text, sizeof text - 1, 0) < 0)
            text[0] = '\0';
        log_line(LOG_ERROR,
                 "state folder %s is used by the engine with process id %.*s; "
                 "stop that one or give --state another folder",
                 path, (int)strspn(text, "0123456789"), text);
        return -EBUSY;
    }
    (void)snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(s->lock_fd, 0) != 0)
        return -errno;
    return disk_write_all(s->lock_fd, text, strlen(text));
}

static int
make_device(struct state_dir *s)
{
    unsigned char random[STATE_DIR_DEVICE_MAX / 2];

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return -EIO;
    for (size_t i = 0; i < sizeof random; i++)
        (void)snprintf(s->device + 2 * i, 3, "%02x", random[i]);
    return state_dir_write_durable(s->fd, "device-id", s->device,
                                   strlen(s->device));
}

static int
load_device(struct state_dir *s, const char *path)
{
    char *text;
    size_t len;
    int rc = state_dir_read(s->fd, "device-id", 256, &text, &len);

    if (rc == -ENOENT)
        return make_device(s);
    if (rc < 0 || text == NULL)
        return rc;
    len = strcspn(text, "\r\n");
    if (len == sizeof s->device - 1 &&
        strspn(text, "0123456789abcdef") == len) {
        memcpy(s->device, text, len);
        s->device[len] = '\0';
    } else {
        log_line(LOG_ERROR,
                 "%s/device-id is not 32 hex digits; delete it and a new one "
                 "is made",
                 path);
        rc = -EINVAL;
    }
    free(text);
    return rc;
}

int
state_dir_open(struct state_dir *s, const char *path)
{
    int rc = make_folders(path);

    if (rc == 0) {
        s->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        rc = s->fd < 0 ? -errno : 0;
    }
    if (rc == 0)
        rc = take_lock(s, path);
    if (rc == 0)
        rc = load_device(s, path);
    if (rc < 0 && rc != -EBUSY && rc != -EINVAL) {
        log_line(LOG_ERROR, "state folder %s: %s; give --state another folder",
                 path, strerrordesc_np(-rc));
    }
    return rc;
}

void
state_dir_close(struct state_dir *s)
{
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    if (s->fd >= 0)
        close(s->fd);
    *s = (struct state_dir)STATE_DIR_NOTHING;
}
