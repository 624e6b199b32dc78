#include "services/sync-engine/repo/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMP_SUFFIX   ".tmp"
#define TEMP_DIGITS   7
#define TEMP_ATTEMPTS 100

/*
 * "<name><7 digits>.tmp".  A counter is enough: O_EXCL finds the leftovers of
 * another process, and sweeping removes them.
 */
static void
make_temp_name(struct disk_file *f)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    static atomic_uint counter;
    unsigned number = atomic_fetch_add(&counter, 1) * 2654435761U;
    size_t len = strlen(f->name);

    memcpy(f->temp, f->name, len);
    for (int i = 0; i < TEMP_DIGITS; i++) {
        f->temp[len++] = digits[number % 36];
        number /= 36;
    }
    memcpy(f->temp + len, TEMP_SUFFIX, sizeof TEMP_SUFFIX);
}

int
disk_create(struct disk_file *f, int dir_fd, const char *name)
{
    size_t len = strlen(name);

    f->fd = -1;
    f->dir_fd = dir_fd;
    if (len >= sizeof f->name)
        return -ENAMETOOLONG;
    memcpy(f->name, name, len + 1);
    for (int i = 0; i < TEMP_ATTEMPTS; i++) {
        make_temp_name(f);
        f->fd = openat(dir_fd, f->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       0644);
        if (f->fd >= 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return -errno;
}

int
disk_write_all(int fd, const void *data, size_t len)
{
    const unsigned char *bytes = data;

    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

int
disk_append(struct disk_file *f, const void *data, size_t len)
{
    return disk_write_all(f->fd, data, len);
}

void
disk_discard(struct disk_file *f)
{
    if (f->fd < 0)
        return;
    (void)close(f->fd);
    f->fd = -1;
    (void)unlinkat(f->dir_fd, f->temp, 0);
}

int
disk_commit(struct disk_file *f)
{
    int rc = 0;

    /* Some file systems tell only now that the disk is full. */
    if (close(f->fd) != 0)
        rc = -errno;
    f->fd = -1;
    if (rc == 0 && renameat(f->dir_fd, f->temp, f->dir_fd, f->name) != 0)
        rc = -errno;
    if (rc != 0)
        (void)unlinkat(f->dir_fd, f->temp, 0);
    return rc;
}

static int
sync_parent(const struct disk_file *f)
{
    char parent[DISK_NAME_MAX];
    char *slash;
    int rc = 0;
    int fd;

    memcpy(parent, f->name, sizeof parent);
    slash = strrchr(parent, '/');
    if (slash != NULL)
        *slash = '\0';
    fd = openat(f->dir_fd, slash != NULL ? parent : ".",
                O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fsync(fd) != 0)
        rc = -errno;
    (void)close(fd);
    return rc;
}

int
disk_commit_durable(struct disk_file *f)
{
    int rc;

    if (fsync(f->fd) != 0) {
        rc = -errno;
        disk_discard(f);
        return rc;
    }
    rc = disk_commit(f);
    return rc == 0 ? sync_parent(f) : rc;
}

static int
write_all(struct disk_file *f, const void *data, size_t len)
{
    int rc = disk_append(f, data, len);

    if (rc != 0)
        disk_discard(f);
    return rc;
}

int
disk_write(int dir_fd, const char *name, const void *data, size_t len)
{
    struct disk_file f;
    int rc = disk_create(&f, dir_fd, name);

    if (rc == 0)
        rc = write_all(&f, data, len);
    return rc == 0 ? disk_commit(&f) : rc;
}

int
disk_write_durable(int dir_fd, const char *name, const void *data, size_t len)
{
    struct disk_file f;
    int rc = disk_create(&f, dir_fd, name);

    if (rc == 0)
        rc = write_all(&f, data, len);
    return rc == 0 ? disk_commit_durable(&f) : rc;
}

static int
read_all(int fd, struct buffer *out, size_t size)
{
    int rc = buffer_reserve(out, size + 1);

    if (rc != 0)
        return rc;
    while (out->len < size) {
        ssize_t n = read(fd, out->data + out->len, size - out->len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        out->len += (size_t)n;
    }
    return 0;
}

static int
read_file(int fd, struct buffer *out, size_t max)
{
    struct stat st;
    int rc = 0;

    if (fd < 0)
        return -errno;
    out->len = 0;
    if (fstat(fd, &st) != 0) {
        rc = -errno;
    } else if (!S_ISREG(st.st_mode)) {
        rc = -EISDIR;
    } else if ((uint64_t)st.st_size > max) {
        rc = -EFBIG;
    }
    if (rc == 0)
        rc = read_all(fd, out, (size_t)st.st_size);
    (void)close(fd);
    return rc;
}

/* O_NONBLOCK: opening must not wait for the other end of a FIFO. */
int
disk_read(int dir_fd, const char *name, struct buffer *out, size_t max)
{
    int fd =
        openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

    return read_file(fd, out, max);
}

int
disk_read_followed(int dir_fd, const char *name, struct buffer *out, size_t max)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    return read_file(fd, out, max);
}

int
disk_list(int dir_fd, const char *folder, disk_name_fn fn, void *ctx)
{
    int fd =
        openat(dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct dirent *entry;
    DIR *dir;
    int rc = 0;

    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    dir = fdopendir(fd);
    if (dir == NULL) {
        rc = -errno;
        (void)close(fd);
        return rc;
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone. */
    while (rc == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = fn(ctx, fd, entry->d_name);
    }
    if (rc == 0 && errno != 0)
        rc = -errno;
    (void)closedir(dir);
    return rc;
}

static int
remove_if_temporary(void *ctx, int dir_fd, const char *name)
{
    size_t len = strlen(name);
    size_t tail = sizeof TEMP_SUFFIX - 1;

    (void)ctx;
    if (len <= tail || strcmp(name + len - tail, TEMP_SUFFIX) != 0)
        return 0;
    if (unlinkat(dir_fd, name, 0) != 0 && errno != ENOENT)
        return -errno;
    return 0;
}

int
disk_sweep(int dir_fd, const char *folder)
{
    return disk_list(dir_fd, folder, remove_if_temporary, NULL);
}

int
disk_make_folder(int dir_fd, const char *name)
{
    if (mkdirat(dir_fd, name, 0755) != 0 && errno != EEXIST)
        return -errno;
    return 0;
}
