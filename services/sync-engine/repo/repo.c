#include "services/sync-engine/repo/repo.h"

#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/recover.h"
#include "services/sync-engine/repo/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Made with the folder, before the first object: objects sealed under another
 * key would be taken as stored.  Local only, unknown to other clients.
 */
#define KEY_CHECK "key-check"

struct repo {
    int fd;
    char *path;
    struct repo_key key;
    struct objects *objects;
    struct worker worker;
    char boot[RECOVER_BOOT_MAX];
};

static int
open_folder(struct repo *r, struct problem *p)
{
    static const char *const folders[] = {"indexes", "refs"};
    int rc = 0;

    if (mkdir(r->path, 0700) != 0 && errno != EEXIST)
        return problem_errno(p, -errno, "repository folder %s", r->path);
    r->fd = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->fd < 0)
        return problem_errno(p, -errno, "repository folder %s", r->path);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && rc == 0; i++)
        rc = disk_make_folder(r->fd, folders[i]);
    if (rc == 0)
        rc = disk_sweep(r->fd, ".");
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && rc == 0; i++)
        rc = disk_sweep(r->fd, folders[i]);
    if (rc != 0)
        return problem_errno(p, rc, "repository folder %s", r->path);
    return 0;
}

static int
make_key_check(struct repo *r, struct problem *p)
{
    char check[CIPHER_CHECK_MAX];
    int rc = cipher_check_make(r->worker.cipher, check);

    if (rc == 0)
        rc = disk_write_durable(r->fd, KEY_CHECK, check, CIPHER_CHECK_LEN);
    if (rc != 0)
        return problem_errno(p, rc, "%s/" KEY_CHECK, r->path);
    return 0;
}

static int
check_key(struct repo *r, struct problem *p)
{
    struct buffer found = {0};
    char check[CIPHER_CHECK_MAX] = "";
    int rc = disk_read(r->fd, KEY_CHECK, &found, CIPHER_CHECK_LEN);

    if (rc == 0 && found.len == CIPHER_CHECK_LEN)
        memcpy(check, found.data, CIPHER_CHECK_LEN);
    buffer_clear(&found);
    if (rc == -ENOENT)
        return make_key_check(r, p);
    if (rc == 0 && check[0] == '\0')
        rc = -EFBIG;
    if (rc == -EFBIG) {
        return problem_set(p, PROBLEM_DAMAGED,
                           "%s/" KEY_CHECK " is damaged: wrong length",
                           r->path);
    }
    if (rc == 0)
        rc = cipher_check_verify(r->worker.cipher, check);
    if (rc == -EKEYREJECTED) {
        return problem_set(p, PROBLEM_WRONG_KEY,
                           "repository %s was made with another key", r->path);
    }
    return rc == 0 ? 0 : problem_errno(p, rc, "%s/" KEY_CHECK, r->path);
}

static int
set_up(struct repo *r, const struct repo_options *opt, struct problem *p)
{
    int rc;

    r->key = *opt->key;
    r->path = strdup(opt->path);
    rc = r->path == NULL ? -ENOMEM : worker_init(&r->worker, opt->key);
    if (rc != 0)
        return problem_errno(p, rc, "repository %s", opt->path);
    recover_boot_id(r->boot);
    rc = open_folder(r, p);
    if (rc == 0)
        rc = check_key(r, p);
    if (rc == 0)
        rc = recover_run(r->fd, &r->worker, r->boot, p);
    if (rc == 0)
        rc = objects_open(&r->objects, r->fd, p);
    return rc;
}

int
repo_open(struct repo **out, const struct repo_options *opt, struct problem *p)
{
    struct repo *r = calloc(1, sizeof *r);
    int rc;

    *out = NULL;
    if (r == NULL)
        return problem_errno(p, -ENOMEM, "repository %s", opt->path);
    r->fd = -1;
    rc = set_up(r, opt, p);
    if (rc != 0) {
        repo_close(r);
        return rc;
    }
    *out = r;
    return 0;
}

void
repo_close(struct repo *r)
{
    if (r == NULL)
        return;
    objects_close(r->objects);
    worker_clear(&r->worker);
    key_wipe(&r->key);
    if (r->fd >= 0)
        (void)close(r->fd);
    free(r->path);
    free(r);
}

int
repo_dir(const struct repo *r)
{
    return r->fd;
}

const char *
repo_path(const struct repo *r)
{
    return r->path;
}

const struct repo_key *
repo_key(const struct repo *r)
{
    return &r->key;
}

struct objects *
repo_objects(const struct repo *r)
{
    return r->objects;
}

struct worker *
repo_worker(struct repo *r)
{
    return &r->worker;
}

int
repo_begin(struct repo *r, struct problem *p)
{
    return recover_begin(r->fd, r->boot, p);
}

void
repo_end(struct repo *r)
{
    recover_end(r->fd);
}

int
repo_flush(struct repo *r, struct problem *p)
{
    if (syncfs(r->fd) != 0)
        return problem_errno(p, -errno, "writing %s to disk", r->path);
    return 0;
}
