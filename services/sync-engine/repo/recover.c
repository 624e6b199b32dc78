#include "services/sync-engine/repo/recover.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALED_MAX    (PACK_RECORD_MAX + (1u << 20))
#define CLOCK_SLACK_S 2 /* a file's time may lag behind the marker's */
#define FANOUT        256

struct sweep {
    struct worker *worker;
    bool verify;    /* the machine went down: do not trust what is there */
    int64_t since;  /* objects older than this were durable, seconds */
    size_t removed; /* objects that were torn */
};

void
recover_boot_id(char out[RECOVER_BOOT_MAX])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, RECOVER_BOOT_MAX - 1);

    if (fd >= 0)
        (void)close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

static bool
is_temporary(const char *name)
{
    size_t len = strlen(name);

    return len > 4 && strcmp(name + len - 4, ".tmp") == 0;
}

/* 0 when the object opens, else -EBADMSG or -errno. */
static int
verify(struct worker *w, int dir_fd, const char *name)
{
    struct buffer *sealed = &w->sealed;
    int rc = disk_read(dir_fd, name, sealed, SEALED_MAX);

    if (rc != 0)
        return rc;
    return cipher_open(w->cipher, sealed->data + CIPHER_NONCE, sealed->data,
                       sealed->len);
}

static int
sweep_one(void *ctx, int dir_fd, const char *name)
{
    struct sweep *s = ctx;
    struct stat st;
    bool bad = is_temporary(name);
    int rc;

    if (!bad && !s->verify)
        return 0;
    if (!bad) {
        if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            return -errno;
        if (st.st_mtime < s->since || !S_ISREG(st.st_mode))
            return 0;
        rc = verify(s->worker, dir_fd, name);
        if (rc != 0 && rc != -EBADMSG)
            return rc;
        bad = rc == -EBADMSG;
        s->removed += bad ? 1 : 0;
    }
    if (bad && unlinkat(dir_fd, name, 0) != 0)
        return -errno;
    return 0;
}

static int
sweep_objects(int dir_fd, struct sweep *s)
{
    char folder[16];
    int rc = 0;

    for (int i = 0; i < FANOUT && rc == 0; i++) {
        (void)snprintf(folder, sizeof folder, "objects/%02x", (unsigned)i);
        rc = disk_list(dir_fd, folder, sweep_one, s);
    }
    return rc;
}

int
recover_run(int dir_fd, struct worker *w, const char *boot, struct problem *p)
{
    struct sweep s = {.worker = w};
    struct buffer seen = {0};
    struct stat st;
    size_t len = strlen(boot);
    int rc;

    if (fstatat(dir_fd, RECOVER_MARKER, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT
                   ? 0
                   : problem_errno(p, -errno, "repository " RECOVER_MARKER);
    }
    rc = disk_read(dir_fd, RECOVER_MARKER, &seen, RECOVER_BOOT_MAX);
    if (rc == 0) {
        s.since = st.st_mtime - CLOCK_SLACK_S;
        s.verify =
            len == 0 || seen.len != len || memcmp(seen.data, boot, len) != 0;
        log_line(LOG_INFO, "cleaning up after a run that did not finish%s",
                 s.verify ? " before the machine went down" : "");
        rc = sweep_objects(dir_fd, &s);
    }
    buffer_clear(&seen);
    if (rc != 0)
        return problem_errno(p, rc, "cleaning up the object store");
    if (s.removed > 0)
        log_line(LOG_WARN, "%zu half-written objects removed", s.removed);
    /* Same boot: what the killed run wrote is still not durable. */
    if (s.verify && syncfs(dir_fd) == 0)
        recover_end(dir_fd);
    return 0;
}

int
recover_begin(int dir_fd, const char *boot, struct problem *p)
{
    int rc;

    if (faccessat(dir_fd, RECOVER_MARKER, F_OK, 0) == 0)
        return 0;
    rc = disk_write_durable(dir_fd, RECOVER_MARKER, boot, strlen(boot));
    return rc == 0 ? 0 : problem_errno(p, rc, "repository " RECOVER_MARKER);
}

void
recover_end(int dir_fd)
{
    /* A marker that stays costs the next open a look, nothing else. */
    (void)unlinkat(dir_fd, RECOVER_MARKER, 0);
}
