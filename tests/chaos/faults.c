/*
 * Preloaded into a program under test: counts the calls that change a file
 * system and does something bad at one of them.
 *
 *   FAULTS_LOG=FILE   one line a call: number, name, result, path, new path
 *   FAULTS_AT=N       the call to act at, from 1
 *   FAULTS_MODE=MODE  what to do there:
 *     kill            SIGKILL before the call
 *     torn            SIGKILL after half of the bytes of a write
 *     short           a write writes one byte and says so
 *     ENOSPC, EIO     the call fails, nothing is changed
 *     full            this call and all later ones that need room: ENOSPC
 *   FAULTS_BOOT=FILE  read instead of the kernel's boot id: "the machine was
 *                     started anew"
 *
 * One lock around each call and its log line: the log is the order in which
 * things happened, also with many threads.  The calls go to the kernel
 * directly, so that nothing here depends on the order of symbol look-up.
 */
#include "tests/chaos/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME_CAP (2UL * PATH_MAX)
#define LINE_CAP (2UL * NAME_CAP + 128)

enum mode {
    MODE_COUNT,
    MODE_KILL,
    MODE_TORN,
    MODE_SHORT,
    MODE_ENOSPC,
    MODE_EIO,
    MODE_FULL,
};

static const char *const mode_names[] = {
    [MODE_COUNT] = "count", [MODE_KILL] = "kill",     [MODE_TORN] = "torn",
    [MODE_SHORT] = "short", [MODE_ENOSPC] = "ENOSPC", [MODE_EIO] = "EIO",
    [MODE_FULL] = "full",
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static enum mode mode;
static long act_at;
static long count;
static int log_fd = -1;
const char *faults_boot_file;

__attribute__((constructor)) static void
read_settings(void)
{
    /* NOLINTBEGIN(concurrency-mt-unsafe): before any thread exists. */
    const char *at = getenv("FAULTS_AT");
    const char *name = getenv("FAULTS_MODE");
    const char *log = getenv("FAULTS_LOG");

    faults_boot_file = getenv("FAULTS_BOOT");
    /* NOLINTEND(concurrency-mt-unsafe) */
    act_at = at == NULL ? 0 : strtol(at, NULL, 10);
    for (size_t i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++) {
        if (name != NULL && strcmp(mode_names[i], name) == 0)
            mode = (enum mode)i;
    }
    if (log != NULL) {
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, log,
                              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

/* An absolute name, or the best there is. */
static void
resolve(char *out, int fd, const char *path)
{
    char link[64];
    ssize_t n = 0;

    out[0] = '\0';
    if (path != NULL && path[0] == '/') {
        (void)snprintf(out, NAME_CAP, "%s", path);
        return;
    }
    if (fd == AT_FDCWD) {
        (void)snprintf(link, sizeof link, "/proc/self/cwd");
    } else {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    }
    n = readlink(link, out, PATH_MAX);
    n = n < 0 ? 0 : n;
    (void)snprintf(out + n, NAME_CAP - (size_t)n, "%s%s",
                   path == NULL ? "" : "/", path == NULL ? "" : path);
}

/* `names` is resolved before the call: afterwards they mean something else. */
static void
write_log(const struct faults_call *c, const char *names, const char *result)
{
    static char line[LINE_CAP]; /* the gate is held */
    int n = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\n", count, c->name,
                     result, names);

    if (log_fd >= 0 && n > 0)
        (void)syscall(SYS_write, log_fd, line, (size_t)n);
}

static void
resolve_all(const struct faults_call *c, char *names)
{
    size_t used;

    resolve(names, c->fd, c->path);
    used = strlen(names);
    names[used++] = '\t';
    names[used] = '\0';
    if (c->to != NULL)
        resolve(names + used, c->to_fd, c->to);
}

static long
system_call(const struct faults_call *c)
{
    return syscall(c->number, c->args[0], c->args[1], c->args[2], c->args[3],
                   c->args[4]);
}

static void
die(struct faults_call *c, const char *names)
{
    write_log(c, names, mode_names[mode]);
    if (mode == MODE_TORN && c->is_write) {
        c->args[2] /= 2;
        (void)system_call(c);
    }
    (void)syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        (void)pause();
}

/* The error this call ends with, or 0: go on.  Does not return when killed. */
static int
strike(struct faults_call *c, const char *names)
{
    if (mode == MODE_FULL && act_at > 0 && count >= act_at && c->needs_room)
        return ENOSPC;
    if (count != act_at)
        return 0;
    switch (mode) {
    case MODE_KILL:
    case MODE_TORN:
        die(c, names);
        return 0;
    case MODE_SHORT:
        if (c->is_write && c->args[2] > 1)
            c->args[2] = 1;
        return 0;
    case MODE_ENOSPC:
        return ENOSPC;
    case MODE_EIO:
        return EIO;
    default:
        return 0;
    }
}

long
faults_carry_out(struct faults_call *c)
{
    static char names[2UL * NAME_CAP]; /* the gate is held */
    char result[32];
    long rc = -1;
    int error;

    pthread_mutex_lock(&gate);
    count++;
    resolve_all(c, names);
    error = strike(c, names);
    if (error == 0) {
        rc = system_call(c);
        error = rc < 0 ? errno : 0;
    }
    (void)snprintf(result, sizeof result, "%ld", rc < 0 ? (long)-error : rc);
    write_log(c, names, result);
    pthread_mutex_unlock(&gate);
    errno = error;
    return rc;
}

/* Pipes, sockets and events change no file system. */
static bool
is_counted(int fd)
{
    struct stat st;

    return fd > STDERR_FILENO && fd != log_fd && fstat(fd, &st) == 0 &&
           (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

long
faults_on_open_file(struct faults_call *c)
{
    c->args[0] = c->fd;
    return is_counted(c->fd) ? faults_carry_out(c) : system_call(c);
}
