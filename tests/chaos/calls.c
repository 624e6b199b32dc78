/*
 * The calls of the C library that change a file system, as far as the engine
 * might use them; test_coverage.py checks that it uses no others.
 */
#undef _FORTIFY_SOURCE /* its inline open() cannot be defined again */

#include "tests/chaos/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* The C library calls them __fd and __buf. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name,bugprone-reserved-identifier)
 */

ssize_t
write(int fd, const void *data, size_t size)
{
    return faults_on_open_file(
        &(struct faults_call){.name = "write",
                              .fd = fd,
                              .is_write = true,
                              .needs_room = true,
                              .number = SYS_write,
                              .args = {0, (long)data, (long)size}});
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t at)
{
    return faults_on_open_file(
        &(struct faults_call){.name = "pwrite",
                              .fd = fd,
                              .is_write = true,
                              .needs_room = true,
                              .number = SYS_pwrite64,
                              .args = {0, (long)data, (long)size, at}});
}

ssize_t
writev(int fd, const struct iovec *pieces, int n)
{
    return faults_on_open_file(
        &(struct faults_call){.name = "writev",
                              .fd = fd,
                              .needs_room = true,
                              .number = SYS_writev,
                              .args = {0, (long)pieces, n}});
}

/* stdio writes with the C library's own write(): give it ours. */
int
vdprintf(int fd, const char *format, va_list args)
{
    char *text;
    int n = vasprintf(&text, format, args);

    if (n < 0)
        return -1;
    n = (int)write(fd, text, (size_t)n);
    free(text);
    return n;
}

int
dprintf(int fd, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vdprintf(fd, format, args);
    va_end(args);
    return n;
}

/* What dprintf() is in a fortified program. */
int __dprintf_chk(int fd, int flag, const char *format, ...);

int
__dprintf_chk(int fd, int flag, const char *format, ...)
{
    va_list args;
    int n;

    (void)flag;
    va_start(args, format);
    n = vdprintf(fd, format, args);
    va_end(args);
    return n;
}

int
fsync(int fd)
{
    return (int)faults_on_open_file(&(struct faults_call){
        .name = "fsync", .fd = fd, .needs_room = true, .number = SYS_fsync});
}

int
fdatasync(int fd)
{
    return (int)faults_on_open_file(
        &(struct faults_call){.name = "fdatasync",
                              .fd = fd,
                              .needs_room = true,
                              .number = SYS_fdatasync});
}

int
syncfs(int fd)
{
    return (int)faults_on_open_file(&(struct faults_call){
        .name = "syncfs", .fd = fd, .needs_room = true, .number = SYS_syncfs});
}

int
ftruncate(int fd, off_t size)
{
    return (int)faults_on_open_file(
        &(struct faults_call){.name = "ftruncate",
                              .fd = fd,
                              .number = SYS_ftruncate,
                              .args = {0, size}});
}

int
fchmod(int fd, mode_t bits)
{
    return (int)faults_on_open_file(
        &(struct faults_call){.name = "fchmod",
                              .fd = fd,
                              .number = SYS_fchmod,
                              .args = {0, (long)bits}});
}

int
futimens(int fd, const struct timespec times[2])
{
    return (int)faults_on_open_file(
        &(struct faults_call){.name = "utimens",
                              .fd = fd,
                              .number = SYS_utimensat,
                              .args = {0, 0, (long)times}});
}

int
utimensat(int fd, const char *path, const struct timespec times[2], int flags)
{
    return (int)faults_carry_out(
        &(struct faults_call){.name = "utimens",
                              .fd = fd,
                              .path = path,
                              .number = SYS_utimensat,
                              .args = {fd, (long)path, (long)times, flags}});
}

int
renameat2(int fd, const char *path, int to_fd, const char *to, unsigned flags)
{
    return (int)faults_carry_out(&(struct faults_call){
        .name = "rename",
        .fd = fd,
        .path = path,
        .to_fd = to_fd,
        .to = to,
        .needs_room = true,
        .number = SYS_renameat2,
        .args = {fd, (long)path, to_fd, (long)to, (long)flags}});
}

int
renameat(int fd, const char *path, int to_fd, const char *to)
{
    return renameat2(fd, path, to_fd, to, 0);
}

int
rename(const char *path, const char *to)
{
    return renameat2(AT_FDCWD, path, AT_FDCWD, to, 0);
}

int
linkat(int fd, const char *path, int to_fd, const char *to, int flags)
{
    return (int)faults_carry_out(&(struct faults_call){
        .name = "link",
        .fd = fd,
        .path = path,
        .to_fd = to_fd,
        .to = to,
        .needs_room = true,
        .number = SYS_linkat,
        .args = {fd, (long)path, to_fd, (long)to, flags}});
}

int
link(const char *path, const char *to)
{
    return linkat(AT_FDCWD, path, AT_FDCWD, to, 0);
}

int
unlinkat(int fd, const char *path, int flags)
{
    return (int)faults_carry_out(
        &(struct faults_call){.name = "unlink",
                              .fd = fd,
                              .path = path,
                              .number = SYS_unlinkat,
                              .args = {fd, (long)path, flags}});
}

int
unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int
rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int
mkdirat(int fd, const char *path, mode_t bits)
{
    return (int)faults_carry_out(
        &(struct faults_call){.name = "mkdir",
                              .fd = fd,
                              .path = path,
                              .needs_room = true,
                              .number = SYS_mkdirat,
                              .args = {fd, (long)path, (long)bits}});
}

int
mkdir(const char *path, mode_t bits)
{
    return mkdirat(AT_FDCWD, path, bits);
}

#define DRAWN 6 /* the X at the end of a template */

char *
mkdtemp(char *path)
{
    size_t len = strlen(path);

    for (unsigned i = 0; len >= DRAWN && i < 1000000; i++) {
        char drawn[DRAWN + 1];

        (void)snprintf(drawn, sizeof drawn, "%06u", i);
        memcpy(path + len - DRAWN, drawn, DRAWN);
        if (mkdir(path, 0700) == 0)
            return path;
        if (errno != EEXIST)
            return NULL;
    }
    errno = EINVAL;
    return NULL;
}

static int
open_any(int fd, const char *path, int flags, mode_t bits)
{
    if ((flags & (O_CREAT | O_TRUNC)) != 0) {
        return (int)faults_carry_out(
            &(struct faults_call){.name = "open",
                                  .fd = fd,
                                  .path = path,
                                  .needs_room = true,
                                  .number = SYS_openat,
                                  .args = {fd, (long)path, flags, (long)bits}});
    }
    if (faults_boot_file != NULL && strcmp(path, BOOT_ID) == 0)
        path = faults_boot_file;
    return (int)syscall(SYS_openat, fd, path, flags, bits);
}

int
openat(int fd, const char *path, int flags, ...)
{
    mode_t bits = 0;
    va_list args;

    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_start(args, flags);
        bits = va_arg(args, mode_t);
        va_end(args);
    }
    return open_any(fd, path, flags, bits);
}

int
open(const char *path, int flags, ...)
{
    mode_t bits = 0;
    va_list args;

    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_start(args, flags);
        bits = va_arg(args, mode_t);
        va_end(args);
    }
    return open_any(AT_FDCWD, path, flags, bits);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name,bugprone-reserved-identifier)
 */
