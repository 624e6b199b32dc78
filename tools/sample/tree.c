#include "tools/sample/tree.h"

#include "services/runtime/log.h"
#include "tools/sample/content.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK     ".syncbus-sample"
#define MARK_MAX 256 /* bytes */

static int
say(const struct tree *t, const char *path, int rc)
{
    log_line(LOG_ERROR, "%s/%s: %s", t->name, path, strerrordesc_np(-rc));
    return rc;
}

/* ---- the mark ---- */

static int
parse_mark(const char *text, struct tree_mark *mark)
{
    char end = '\0';
    int n = sscanf(text, /* NOLINT(cert-err34-c): counted, then judged */
                   "syncbus-sample 1\nfiles %zu\nbytes %" SCNu64
                   "\nseed %" SCNu64 "\nrounds %u%c",
                   &mark->numbers.files, &mark->numbers.bytes,
                   &mark->numbers.seed, &mark->rounds, &end);

    return n == 5 && end == '\n' ? 0 : -EBADMSG;
}

/* Returns 0, -ENOENT when there is no mark, or -errno. */
static int
read_mark(const struct tree *t, struct tree_mark *mark)
{
    char text[MARK_MAX];
    int fd = openat(t->fd, MARK, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n < 0)
        return -errno;
    text[n] = '\0';
    return parse_mark(text, mark);
}

int
tree_write_mark(const struct tree *t, const struct tree_mark *mark)
{
    char text[MARK_MAX];
    int len = snprintf(text, sizeof text,
                       "syncbus-sample 1\nfiles %zu\nbytes %" PRIu64
                       "\nseed %" PRIu64 "\nrounds %u\n",
                       mark->numbers.files, mark->numbers.bytes,
                       mark->numbers.seed, mark->rounds);
    int fd = tree_open_file(t, MARK, O_CREAT | O_TRUNC);

    if (fd < 0)
        return fd;
    return tree_finish_file(MARK, fd, (int64_t)CATALOG_EPOCH_S * 1000,
                            content_write_all(fd, text, (size_t)len));
}

/* ---- the folder ---- */

/* 0 when the folder is empty, TREE_FOREIGN when not, or -errno. */
static int
expect_empty(const struct tree *t)
{
    char *const roots[] = {(char *)t->name, NULL};
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *child;
    int rc = 0;

    if (fts == NULL || fts_read(fts) == NULL)
        rc = -errno;
    errno = 0;
    child = rc == 0 ? fts_children(fts, FTS_NAMEONLY) : NULL;
    if (rc == 0)
        rc = child != NULL ? TREE_FOREIGN : -errno;
    if (fts != NULL)
        (void)fts_close(fts);
    return rc;
}

static int
refuse(const char *name, int rc)
{
    log_line(LOG_ERROR, "--out: %s: %s", name, strerrordesc_np(-rc));
    return rc;
}

int
tree_open(struct tree *t, const char *name, bool create, struct tree_mark *mark,
          bool *is_sample)
{
    int rc;

    *t = (struct tree){.fd = -1, .name = name};
    *is_sample = false;
    if (create && mkdir(name, 0755) != 0 && errno != EEXIST)
        return refuse(name, -errno);
    t->fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->fd < 0)
        return refuse(name, -errno);
    rc = read_mark(t, mark);
    *is_sample = rc == 0;
    if (rc == -EBADMSG) {
        log_line(LOG_ERROR, "--out: %s/" MARK " is not a mark of this version",
                 name);
        return TREE_FOREIGN;
    }
    if (rc == -ENOENT)
        rc = expect_empty(t);
    if (rc == TREE_FOREIGN) {
        log_line(LOG_ERROR,
                 "--out: %s is neither empty nor a sample of ours"
                 " (no " MARK " in it): it stays as it is",
                 name);
    }
    return rc < 0 ? say(t, MARK, rc) : rc;
}

void
tree_close(struct tree *t)
{
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

/* ---- files ---- */

int
tree_make_folder(const struct tree *t, const char *path)
{
    char part[CATALOG_PATH_MAX];

    for (const char *p = path;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        (void)snprintf(part, sizeof part, "%.*s", (int)(p - path), path);
        if (mkdirat(t->fd, part, 0755) != 0 && errno != EEXIST)
            return say(t, part, -errno);
        if (*p == '\0')
            return 0;
    }
}

int
tree_open_file(const struct tree *t, const char *path, int flags)
{
    const int all = flags | O_WRONLY | O_CLOEXEC | O_NOFOLLOW;
    const char *slash = strrchr(path, '/');
    char folder[CATALOG_PATH_MAX];
    int fd = openat(t->fd, path, all, 0644);
    int rc;

    if (fd < 0 && errno == ENOENT && (flags & O_CREAT) != 0 && slash != NULL) {
        (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path),
                       path);
        rc = tree_make_folder(t, folder);
        if (rc != 0)
            return rc;
        fd = openat(t->fd, path, all, 0644);
    }
    return fd >= 0 ? fd : say(t, path, -errno);
}

int
tree_finish_file(const char *path, int fd, int64_t mtime_ms, int rc)
{
    const struct timespec t = {.tv_sec = (time_t)(mtime_ms / 1000),
                               .tv_nsec = (long)(mtime_ms % 1000) * 1000000};
    const struct timespec both[] = {t, t};

    if (rc == 0 && futimens(fd, both) != 0)
        rc = -errno;
    if (close(fd) != 0 && rc == 0)
        rc = -errno;
    if (rc != 0)
        log_line(LOG_ERROR, "%s: %s", path, strerrordesc_np(-rc));
    return rc;
}

int
tree_remove_file(const struct tree *t, const char *path)
{
    return unlinkat(t->fd, path, 0) == 0 ? 0 : say(t, path, -errno);
}

/* ---- walks ---- */

static int
by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* on_entry returns 0 or -errno, which ends the walk. */
static int
walk(const struct tree *t, const char *part,
     int (*on_entry)(void *arg, const FTSENT *e), void *arg)
{
    char path[PATH_MAX];
    char *const roots[] = {path, NULL};
    FTSENT *e = NULL;
    FTS *fts;
    int rc = 0;

    if (snprintf(path, sizeof path, "%s/%s", t->name, part) >= PATH_MAX)
        return say(t, part, -ENAMETOOLONG);
    fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (fts == NULL)
        return say(t, part, -errno);
    while (rc == 0 && (errno = 0, e = fts_read(fts)) != NULL) {
        if (e->fts_info == FTS_NS && e->fts_errno == ENOENT)
            break; /* the sample has no such part */
        if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR ||
            e->fts_info == FTS_NS) {
            rc = say(t, part, -e->fts_errno);
        } else {
            rc = on_entry(arg, e);
        }
    }
    if (rc == 0 && e == NULL && errno != 0)
        rc = say(t, part, -errno);
    (void)fts_close(fts);
    return rc;
}

static int
remove_entry(void *arg, const FTSENT *e)
{
    (void)arg;
    if (e->fts_info == FTS_D)
        return 0; /* on the way back, as FTS_DP */
    if (remove(e->fts_accpath) == 0)
        return 0;
    log_line(LOG_ERROR, "%s: %s", e->fts_path, strerrordesc_np(errno));
    return -errno;
}

int
tree_remove_sample(const struct tree *t)
{
    static const char *const parts[] = {"data", "conf", "temp"};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof *parts; i++)
        rc = walk(t, parts[i], remove_entry, NULL);
    return rc;
}

struct listing {
    struct catalog *out;
    size_t capacity;
    size_t skip; /* bytes of the workspace's name and its slash */
};

static int
list_entry(void *arg, const FTSENT *e)
{
    struct listing *l = arg;
    struct catalog *c = l->out;
    struct catalog_entry *entry;

    if (e->fts_info != FTS_F || e->fts_pathlen - l->skip >= CATALOG_PATH_MAX)
        return 0; /* no file of ours */
    if (c->count == l->capacity) {
        size_t capacity = l->capacity == 0 ? 1024 : 2 * l->capacity;
        void *grown = reallocarray(c->entries, capacity, sizeof *c->entries);

        if (grown == NULL)
            return -ENOMEM;
        c->entries = grown;
        l->capacity = capacity;
    }
    entry = &c->entries[c->count++];
    (void)snprintf(entry->path, sizeof entry->path, "%s",
                   e->fts_path + l->skip);
    entry->kind = catalog_kind_of(entry->path);
    entry->size = (uint64_t)e->fts_statp->st_size;
    entry->mtime_ms = (int64_t)e->fts_statp->st_mtim.tv_sec * 1000 +
                      e->fts_statp->st_mtim.tv_nsec / 1000000;
    return 0;
}

static int
by_path(const void *a, const void *b)
{
    return strcmp(((const struct catalog_entry *)a)->path,
                  ((const struct catalog_entry *)b)->path);
}

int
tree_list(const struct tree *t, struct catalog *out)
{
    struct listing l = {.out = out, .skip = strlen(t->name) + 1};
    int rc;

    *out = (struct catalog){0};
    rc = walk(t, "data", list_entry, &l);
    if (rc == 0 && out->count > 0)
        qsort(out->entries, out->count, sizeof *out->entries, by_path);
    return rc;
}
