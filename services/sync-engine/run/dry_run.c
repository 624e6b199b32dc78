#include "services/sync-engine/run/dry_run.h"

#include "services/runtime/log.h"
#include "services/sync-engine/checkout/tree.h"
#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/full_latest.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/pack.h"
#include "services/sync-engine/repo/refs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL_MAX 4096

/* Copy a file between repository folders; one that is not there is fine. */
static int
copy(int from_fd, int to_fd, const char *name, size_t max)
{
    struct buffer bytes = {0};
    int rc = disk_read(from_fd, name, &bytes, max);

    if (rc == 0)
        rc = disk_write(to_fd, name, bytes.data, bytes.len);
    buffer_clear(&bytes);
    return rc == -ENOENT ? 0 : rc;
}

/* A ref and the index it names. */
static int
copy_ref(int from_fd, int to_fd, const char *ref)
{
    struct buffer text = {0};
    char key[INDEXES_KEY_MAX];
    struct oid id;
    int rc = disk_read(from_fd, ref, &text, SMALL_MAX);

    if (rc == 0)
        rc = disk_write(to_fd, ref, text.data, text.len);
    if (rc == 0 && oid_from_hex(&id, (const char *)text.data, text.len) == 0)
        rc = copy(from_fd, to_fd, indexes_key(&id, key), PACK_INDEX_MAX);
    buffer_clear(&text);
    return rc == -ENOENT ? 0 : rc;
}

static int
copy_names(int from_fd, int to_fd)
{
    int rc = disk_make_folder(to_fd, "refs");

    if (rc == 0)
        rc = disk_make_folder(to_fd, "indexes");
    if (rc == 0)
        rc = copy(from_fd, to_fd, "key-check", SMALL_MAX);
    if (rc == 0)
        rc = copy_ref(from_fd, to_fd, REFS_LATEST);
    if (rc == 0)
        rc = copy_ref(from_fd, to_fd, REFS_LATEST_SYNC);
    /* Behind the refs: a running engine writes it in front of them. */
    if (rc == 0)
        rc = copy(from_fd, to_fd, "full-latest.json", FULL_LATEST_MAX);
    return rc;
}

/* The repository folder of a state folder; -ENOENT is an outcome. */
static int
open_repo_of(const char *state)
{
    char path[PATH_MAX];
    int fd;

    (void)snprintf(path, sizeof path, "%s/repo", state);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int
make_folder(struct dry_run *d)
{
    /* Before any thread exists. */
    const char *parent = getenv("TMPDIR"); /* NOLINT(concurrency-*) */
    char path[DRY_RUN_PATH_MAX];

    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    if ((size_t)snprintf(path, sizeof path, "%s/syncbus-dry-XXXXXX", parent) >=
        sizeof path)
        return -ENAMETOOLONG;
    if (mkdtemp(path) == NULL)
        return -errno;
    memcpy(d->path, path, sizeof path);
    return 0;
}

static int
fill(struct dry_run *d, const char *state)
{
    char repo[DRY_RUN_PATH_MAX + 8];
    int from_fd = open_repo_of(state);
    int to_fd;
    int rc;

    if (from_fd < 0)
        return from_fd == -ENOENT ? 0 : from_fd;
    d->below_fd = from_fd;
    (void)snprintf(repo, sizeof repo, "%s/repo", d->path);
    if (mkdir(repo, 0700) != 0)
        return -errno;
    to_fd = open_repo_of(d->path);
    if (to_fd < 0)
        return to_fd;
    rc = copy_names(d->below_fd, to_fd);
    close(to_fd);
    return rc;
}

int
dry_run_open(struct dry_run *out, const char *state)
{
    int rc;

    *out = (struct dry_run)DRY_RUN_NOTHING;
    rc = make_folder(out);
    if (rc == 0)
        rc = fill(out, state);
    if (rc < 0) {
        log_line(LOG_ERROR, "--dry-run: a copy of what %s knows: %s", state,
                 strerrordesc_np(-rc));
    }
    return rc;
}

void
dry_run_close(struct dry_run *d)
{
    int rc;

    if (d->below_fd >= 0)
        close(d->below_fd);
    d->below_fd = -1;
    if (d->path[0] == '\0')
        return;
    rc = tree_remove(AT_FDCWD, d->path);
    if (rc < 0) {
        log_line(LOG_WARN, "cannot remove %s: %s", d->path,
                 strerrordesc_np(-rc));
    }
    d->path[0] = '\0';
}
