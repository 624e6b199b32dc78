#include "services/sync-engine/cloud/local_write.h"

#include "services/sync-engine/cloud/local_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE     0644 /* of an object */
#define TEMP_CAP (STORE_KEY_MAX + TEMP_NAME_SUFFIX)

/* Make every folder that leads to key.  Returns 0 or -errno. */
static int
make_parents(int root_fd, const char *key)
{
    char path[STORE_KEY_MAX];

    for (size_t i = 0; key[i] != '\0'; i++) {
        path[i] = key[i];
        if (key[i] != '/')
            continue;
        path[i] = '\0';
        if (mkdirat(root_fd, path, 0755) != 0 && errno != EEXIST)
            return -errno;
        path[i] = '/';
    }
    return 0;
}

/* A new temporary file for the target, its name in temp; or -errno. */
static int
open_temp(const struct local_target *t, struct temp_name *names, char *temp)
{
    bool made = false;

    for (;;) {
        int fd;

        temp_name_next(names, t->key, temp, TEMP_CAP);
        fd = openat(t->root_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    MODE);
        if (fd >= 0)
            return fd;
        if (errno == ENOENT && !made) {
            int rc = make_parents(t->root_fd, t->key);

            if (rc < 0)
                return rc;
            made = true;
        } else if (errno != EEXIST) {
            return -errno;
        }
    }
}

/* Returns 0, or -errno with *broken telling that reading is what failed. */
static int
copy_file(int fd, const struct store_body *body, bool *broken)
{
    int from = openat(body->dir_fd, body->path, O_RDONLY | O_CLOEXEC);
    int rc;

    *broken = from < 0;
    if (from < 0)
        return -errno;
    rc = local_copy(fd, from, broken);
    close(from);
    return rc;
}

/*
 * The format's mode, whatever the umask.  Looking first is cheaper than to set
 * what is set, which is one more change for the file system to log.
 */
static int
give_mode(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -errno;
    if ((st.st_mode & ALLPERMS) == MODE)
        return 0;
    return fchmod(fd, MODE) == 0 ? 0 : -errno;
}

/* Write the body, give the file its mode, make it durable when asked to. */
static int
fill(const struct local_target *t, int fd, const struct store_body *body,
     struct fault *f)
{
    bool broken = false;
    int rc = body->path == NULL ? local_write_all(fd, body->data, body->size)
                                : copy_file(fd, body, &broken);

    if (broken) {
        fault_errno(f, rc, "cannot read our own %s", body->path);
        if (rc == -ENOENT || rc == -EIO)
            f->code = CODE_REPO_DAMAGED;
        return rc;
    }
    if (rc == 0)
        rc = give_mode(fd);
    if (rc == 0 && (t->flags & STORE_DURABLE) != 0 && fsync(fd) != 0)
        rc = -errno;
    if (rc < 0)
        fault_errno(f, rc, "cannot write %s/%s", t->root, t->key);
    return rc;
}

static int
sync_one(int root_fd, const char *folder)
{
    int rc = 0;
    int fd = openat(root_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (fsync(fd) != 0)
        rc = -errno;
    close(fd);
    return rc;
}

/*
 * Make the target's name durable, and those of the folders that lead to it: a
 * power cut must not keep refs/ and lose a new indexes/.
 */
static int
sync_folders(const struct local_target *t)
{
    char folder[STORE_KEY_MAX + 2];
    char *slash;
    int rc = 0;

    (void)snprintf(folder, sizeof folder, "./%s", t->key);
    while (rc == 0 && (slash = strrchr(folder, '/')) != NULL) {
        *slash = '\0';
        rc = sync_one(t->root_fd, folder);
    }
    return rc;
}

int
local_write(const struct local_target *target, struct temp_name *names,
            const struct store_body *body, struct fault *f)
{
    char temp[TEMP_CAP];
    int fd = open_temp(target, names, temp);
    int rc;

    if (fd < 0) {
        return fault_errno(f, fd, "cannot create %s/%s", target->root,
                           target->key);
    }
    rc = fill(target, fd, body, f);
    if (close(fd) != 0 && rc == 0) {
        rc = fault_errno(f, -errno, "cannot write %s/%s", target->root,
                         target->key);
    }
    if (rc == 0 &&
        renameat(target->root_fd, temp, target->root_fd, target->key) != 0) {
        rc = fault_errno(f, -errno, "cannot write %s/%s", target->root,
                         target->key);
    }
    if (rc < 0) {
        unlinkat(target->root_fd, temp, 0);
        return rc;
    }
    if ((target->flags & STORE_DURABLE) != 0)
        rc = sync_folders(target);
    return rc < 0 ? fault_errno(f, rc, "cannot write %s/%s", target->root,
                                target->key)
                  : 0;
}
