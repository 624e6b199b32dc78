/*
 * checkout_add.c - a file that comes from no object.
 */
#include "services/sync-engine/checkout/assemble.h"
#include "services/sync-engine/checkout/checkout.h"
#include "services/sync-engine/checkout/data.h"
#include "services/sync-engine/checkout/folders.h"
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/checkout/sweep.h"
#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Content, time, and both durable.  Returns 0 or -errno. */
static int
fill(int fd, const struct checkout_new *file)
{
    struct timespec times[2];
    int rc = disk_write_all(fd, file->content->data, file->content->len);

    assemble_times(times, file->updated);
    if (rc == 0 && (futimens(fd, times) != 0 || fsync(fd) != 0))
        rc = -errno;
    if (close(fd) != 0 && rc == 0)
        rc = -errno;
    return rc;
}

/* As fill(), and -EEXIST. */
static int
write_new(int dir_fd, const char *temp, const struct checkout_new *file)
{
    int fd = openat(dir_fd, temp,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int rc = fd < 0 ? -errno : fill(fd, file);

    if (rc == 0)
        rc = folders_rename_new(dir_fd, temp, folders_name(file->path));
    if (rc != 0 && fd >= 0)
        (void)unlinkat(dir_fd, temp, 0);
    return rc;
}

static int
place(const struct data *d, uint64_t seed, const struct checkout_new *file,
      struct problem *p)
{
    struct folders_made made;
    char temp[INTENT_NAME_MAX];
    struct folders f;
    int rc = folders_made_init(&made, p);

    if (rc != 0)
        return rc;
    (void)intent_temp_name(temp, folders_name(file->path), seed, 0);
    folders_init(&f, d->fd, d->name, &made);
    rc = folders_enter(&f, file->path, p);
    if (rc == 0) {
        rc = write_new(f.fd, temp, file);
        if (rc == -EEXIST) {
            rc = CHECKOUT_EXISTS;
        } else if (rc != 0 || syncfs(d->fd) != 0) {
            rc = problem_errno(p, rc != 0 ? rc : -errno, "cannot write %s%s",
                               d->name, file->path);
        }
    }
    folders_leave(&f);
    if (rc != 0)
        folders_made_undo(&made, d->fd, d->name);
    folders_made_clear(&made);
    return rc;
}

int
checkout_add(const struct checkout_new *file,
             const struct checkout_options *opt, struct problem *p)
{
    struct intent in = {
        .paths = (const char *[]){file->path},
        .count = 1,
        .workspace = opt->workspace,
    };
    struct data d = {.fd = -1};
    int rc = path_check(file->path, strlen(file->path));

    if (rc != 0) {
        return problem_set(p, PROBLEM_UNSAFE_PATH, "%s: %s", file->path,
                           path_reason(rc));
    }
    rc = intent_seed(&in.seed);
    if (rc != 0)
        return problem_errno(p, rc, "%s", file->path);
    rc = data_open(&d, opt->workspace, p);
    if (rc == 0)
        rc = sweep_run(opt->workspace, opt->state_fd, p);
    if (rc == 0)
        rc = intent_write(opt->state_fd, INTENT_CHECKOUT, &in, p);
    if (rc == 0) {
        rc = place(&d, in.seed, file, p);
        intent_end(opt->state_fd, INTENT_CHECKOUT);
    }
    data_close(&d);
    return rc;
}
