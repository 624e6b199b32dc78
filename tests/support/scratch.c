#include "tests/support/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOBODY             65534
#define SCRATCH_PARENT_MAX 40 /* bytes; else below /tmp */

void
scratch_make(struct scratch *s)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread. */
    const char *parent = getenv("TMPDIR");

    if (parent == NULL || strlen(parent) > SCRATCH_PARENT_MAX)
        parent = "/tmp";
    (void)snprintf(s->path, sizeof s->path, "%.*s/syncbus-XXXXXX",
                   SCRATCH_PARENT_MAX, parent);
    assert_non_null(mkdtemp(s->path));
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void
scratch_remove(struct scratch *s)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread. */
    (void)nftw(s->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

char *
scratch_path(const struct scratch *s, const char *name, char *out)
{
    (void)snprintf(out, PATH_MAX, "%s/%s", s->path, name);
    return out;
}

static void
make_parents(char *path, size_t from)
{
    for (char *c = path + from; *c != '\0'; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
        *c = '/';
    }
}

void
scratch_write_bytes(const struct scratch *s, const char *name, const void *data,
                    size_t len)
{
    char path[PATH_MAX];
    int fd;

    scratch_path(s, name, path);
    make_parents(path, strlen(s->path) + 1);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    assert_int_equal(close(fd), 0);
}

void
scratch_write(const struct scratch *s, const char *name, const char *text,
              int64_t mtime_ms)
{
    scratch_write_bytes(s, name, text, strlen(text));
    if (mtime_ms != 0)
        scratch_touch(s, name, mtime_ms);
}

void
scratch_touch(const struct scratch *s, const char *name, int64_t mtime_ms)
{
    const struct timespec times[2] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = mtime_ms / 1000, .tv_nsec = mtime_ms % 1000 * 1000000},
    };
    char path[PATH_MAX];

    assert_int_equal(utimensat(AT_FDCWD, scratch_path(s, name, path), times, 0),
                     0);
}

int64_t
scratch_mtime_ms(const struct scratch *s, const char *name)
{
    char path[PATH_MAX];
    struct stat st;

    assert_int_equal(lstat(scratch_path(s, name, path), &st), 0);
    return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

int
scratch_has(const struct scratch *s, const char *name)
{
    char path[PATH_MAX];

    return access(scratch_path(s, name, path), F_OK) == 0;
}

static size_t
count_below(const char *path, const char *ending)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    size_t n = 0;

    if (dir == NULL)
        return 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread. */
    while ((e = readdir(dir)) != NULL) {
        size_t len = strlen(e->d_name);
        size_t tail = strlen(ending);
        char below[PATH_MAX];

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (len >= tail && strcmp(e->d_name + len - tail, ending) == 0)
            n++;
        (void)snprintf(below, sizeof below, "%.2000s/%s", path, e->d_name);
        if (e->d_type == DT_DIR)
            n += count_below(below, ending);
    }
    (void)closedir(dir);
    return n;
}

size_t
scratch_count(const struct scratch *s, const char *name, const char *ending)
{
    char path[PATH_MAX];

    return count_below(scratch_path(s, name, path), ending);
}

static int
wait_for(pid_t child)
{
    int status = 0;

    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (signed char)WEXITSTATUS(status);
}

static int
give_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return lchown(path, NOBODY, NOBODY);
}

int
scratch_as_nobody(const struct scratch *s, int (*fn)(void *), void *ctx)
{
    pid_t child;

    if (geteuid() == 0) {
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread. */
        assert_int_equal(nftw(s->path, give_one, 16, FTW_PHYS), 0);
    }
    child = fork();
    if (child != 0)
        return wait_for(child);
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(100);
    _exit(fn(ctx));
}

int
scratch_with_small_disk(const struct scratch *s, const char *name,
                        int (*fn)(void *), void *ctx)
{
    char path[PATH_MAX];
    pid_t child;

    scratch_path(s, name, path);
    child = fork();
    if (child != 0)
        return wait_for(child);
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        (mkdir(path, 0755) != 0 && errno != EEXIST) ||
        mount("none", path, "tmpfs", 0, "size=256k") != 0)
        _exit(-1);
    _exit(fn(ctx));
}
