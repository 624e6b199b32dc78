/*
 * The store in a folder.
 *
 * Paths are resolved below one descriptor of "<endpoint>/<name>", so a run
 * stays on the file system it began on even when something is mounted over
 * the folder meanwhile.  Folders are made only when a put misses them: there
 * is nothing to create before the first object.
 */
#include "services/sync-engine/cloud/local.h"
#include "services/sync-engine/cloud/local_walk.h"
#include "services/sync-engine/cloud/local_write.h"
#include "services/sync-engine/cloud/temp_name.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define STALE_SECONDS 86400L /* nobody writes one object for a day */

struct local {
    struct store store; /* first: the operations get its address */
    char *path;         /* "<endpoint>/<name>", for messages */
    char *name;
    int endpoint_fd;
    atomic_int root_fd; /* -1: the cloud directory does not exist yet */
    pthread_mutex_t making;
    struct temp_name temp;
    atomic_bool dirty; /* something was put since the last flush */
};

static struct local *
of_store(struct store *s)
{
    return (struct local *)s;
}

static int
fail(const struct local *l, const char *what, const char *key, struct fault *f)
{
    return fault_errno(f, -errno, "cannot %s %s/%s", what, l->path, key);
}

/* The cloud directory, made when it is missing; or -errno. */
static int
make_root(struct local *l)
{
    int fd;
    int rc = 0;

    pthread_mutex_lock(&l->making);
    fd = atomic_load(&l->root_fd);
    if (fd < 0) {
        if (mkdirat(l->endpoint_fd, l->name, 0755) != 0 && errno != EEXIST)
            rc = -errno;
        if (rc == 0) {
            fd = openat(l->endpoint_fd, l->name,
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        }
        if (rc == 0 && fd < 0)
            rc = -errno;
        if (rc == 0)
            atomic_store(&l->root_fd, fd);
    }
    pthread_mutex_unlock(&l->making);
    return rc < 0 ? rc : fd;
}

static int
put(struct store *s, const char *key, const struct store_body *body,
    unsigned flags, struct fault *f)
{
    struct local *l = of_store(s);
    struct local_target target = {.root = l->path, .key = key, .flags = flags};
    struct stat st;
    int rc;

    target.root_fd = make_root(l);
    if (target.root_fd < 0)
        return fault_errno(f, target.root_fd, "cannot open %s", l->path);
    /* An empty object is what a power cut left of one: write it again. */
    if ((flags & STORE_REPLACE) == 0 &&
        fstatat(target.root_fd, key, &st, 0) == 0 && st.st_size > 0)
        return STORE_PRESENT;
    rc = local_write(&target, &l->temp, body, f);
    if (rc == 0)
        atomic_store_explicit(&l->dirty, true, memory_order_relaxed);
    return rc;
}

/* Read the open file of st_size bytes; more that appears is left alone. */
static int
read_whole(int fd, size_t size, struct store_buffer *out)
{
    char *data = malloc(size + 1);
    size_t got = 0;

    if (data == NULL)
        return -ENOMEM;
    while (got < size) {
        ssize_t n = read(fd, data + got, size - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int rc = -errno;

            free(data);
            return rc;
        }
        if (n == 0)
            break;
        got += (size_t)n;
    }
    data[got] = '\0';
    *out = (struct store_buffer){.data = data, .size = got};
    return 0;
}

static int
get(struct store *s, const char *key, size_t max, struct store_buffer *out,
    struct fault *f)
{
    struct local *l = of_store(s);
    int root_fd = atomic_load(&l->root_fd);
    struct stat st;
    int rc;
    int fd;

    if (root_fd < 0)
        return STORE_ABSENT;
    fd = openat(root_fd, key, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? STORE_ABSENT : fail(l, "read", key, f);
    if (fstat(fd, &st) != 0) {
        rc = fail(l, "read", key, f);
    } else if (!S_ISREG(st.st_mode)) {
        rc = fault_set(f, CODE_NOT_FOUND, "%s/%s is no file", l->path, key);
    } else if ((uintmax_t)st.st_size > max) {
        rc = fault_set(f, CODE_NOT_FOUND, "%s/%s is %jd bytes, at most %zu",
                       l->path, key, (intmax_t)st.st_size, max);
    } else {
        rc = read_whole(fd, (size_t)st.st_size, out);
        if (rc < 0)
            fault_errno(f, rc, "cannot read %s/%s", l->path, key);
    }
    close(fd);
    return rc;
}

static int
del(struct store *s, const char *key, struct fault *f)
{
    struct local *l = of_store(s);
    int root_fd = atomic_load(&l->root_fd);

    if (root_fd < 0 || unlinkat(root_fd, key, 0) == 0 || errno == ENOENT)
        return 0;
    return fail(l, "delete", key, f);
}

static int
exists(struct store *s, const char *key, struct fault *f)
{
    struct local *l = of_store(s);
    int root_fd = atomic_load(&l->root_fd);

    if (root_fd < 0)
        return STORE_ABSENT;
    if (faccessat(root_fd, key, F_OK, 0) == 0)
        return 0;
    return errno == ENOENT ? STORE_ABSENT : fail(l, "look for", key, f);
}

struct listing {
    const struct local *local;
    const char *prefix;
    int root_fd;
    store_name_fn fn;
    void *ctx;
};

static int
on_listed(void *ctx, const char *path)
{
    struct listing *listing = ctx;
    char key[STORE_KEY_MAX];
    struct stat st;

    if (temp_name_owner(&listing->local->temp, path) != TEMP_NAME_NONE)
        return 0;
    (void)snprintf(key, sizeof key, "%s%s", listing->prefix, path);
    if (fstatat(listing->root_fd, key, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        st.st_size == 0)
        return 0;
    return listing->fn(listing->ctx, path);
}

static int
list(struct store *s, const char *prefix, store_name_fn fn, void *ctx,
     struct fault *f)
{
    struct local *l = of_store(s);
    int root_fd = atomic_load(&l->root_fd);
    struct listing listing = {
        .local = l, .prefix = prefix, .root_fd = root_fd, .fn = fn, .ctx = ctx};
    int rc;

    if (root_fd < 0)
        return 0;
    rc = local_walk(root_fd, prefix, on_listed, &listing);
    if (rc < 0)
        fault_errno(f, rc, "cannot list %s/%s", l->path, prefix);
    return rc;
}

static int
available(struct store *s, uint64_t *bytes, struct fault *f)
{
    struct local *l = of_store(s);
    struct statvfs st;

    if (fstatvfs(l->endpoint_fd, &st) != 0)
        return fail(l, "measure", "", f);
    *bytes = (uint64_t)st.f_bavail * st.f_frsize;
    return 0;
}

static int
flush(struct store *s, struct fault *f)
{
    struct local *l = of_store(s);

    if (!atomic_exchange(&l->dirty, false))
        return 0;
    if (syncfs(atomic_load(&l->root_fd)) == 0)
        return 0;
    atomic_store(&l->dirty, true);
    return fault_errno(f, -errno, "cannot write %s to disk", l->path);
}

/* Ours at once: the cloud lock is held and no other process has our mark. */
static int
on_swept(void *ctx, const char *path)
{
    const struct local *l = ctx;
    int root_fd = atomic_load(&l->root_fd);
    enum temp_name_owner owner = temp_name_owner(&l->temp, path);
    struct stat st;

    if (owner == TEMP_NAME_NONE)
        return 0;
    if (owner == TEMP_NAME_OTHERS &&
        (fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
         time(NULL) - st.st_mtime < STALE_SECONDS))
        return 0;
    unlinkat(root_fd, path, 0);
    return 0;
}

static int
sweep(struct store *s, struct fault *f)
{
    struct local *l = of_store(s);
    int root_fd = atomic_load(&l->root_fd);
    int rc = root_fd < 0 ? 0 : local_walk(root_fd, ".", on_swept, l);

    if (rc < 0)
        fault_errno(f, rc, "cannot list %s", l->path);
    return rc;
}

static void
close_store(struct store *s)
{
    struct local *l = of_store(s);
    int root_fd = atomic_load(&l->root_fd);

    if (root_fd >= 0)
        close(root_fd);
    if (l->endpoint_fd >= 0)
        close(l->endpoint_fd);
    pthread_mutex_destroy(&l->making);
    free(l->path);
    free(l->name);
    free(l);
}

static const struct store_ops operations = {
    .put = put,
    .get = get,
    .del = del,
    .exists = exists,
    .list = list,
    .available = available,
    .flush = flush,
    .sweep = sweep,
    .close = close_store,
};

static struct local *
new_local(const struct local_options *opt)
{
    struct local *l = calloc(1, sizeof *l);
    uint32_t start = 0;

    if (l == NULL)
        return NULL;
    l->store = (struct store){.ops = &operations, .flags = STORE_IS_DISK};
    l->endpoint_fd = -1;
    atomic_init(&l->root_fd, -1);
    pthread_mutex_init(&l->making, NULL);
    if (getrandom(&start, sizeof start, 0) < 0)
        start = 0; /* good enough as well */
    temp_name_init(&l->temp, opt->device, start);
    l->name = strdup(opt->name);
    if (l->name == NULL ||
        asprintf(&l->path, "%s/%s", opt->path, opt->name) < 0)
        l->path = NULL;
    if (l->path == NULL) {
        close_store(&l->store);
        return NULL;
    }
    return l;
}

static int
open_folders(struct local *l, const struct local_options *opt, struct fault *f)
{
    int rc;
    int fd;

    l->endpoint_fd = open(opt->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (l->endpoint_fd < 0) {
        rc = fault_errno(f, -errno, "store folder %s", opt->path);
        if (rc == -ENOENT || rc == -ENOTDIR)
            f->code = CODE_CONFIG;
        return rc;
    }
    fd = openat(l->endpoint_fd, l->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return fault_errno(f, -errno, "cannot open %s", l->path);
    atomic_store(&l->root_fd, fd);
    return 0;
}

int
local_open(struct store **out, const struct local_options *opt, struct fault *f)
{
    struct local *l;
    int rc;

    *out = NULL;
    if (!store_name_is_valid(opt->name)) {
        fault_set(f, CODE_CONFIG, "\"%s\" is no name of a cloud directory",
                  opt->name);
        return -EINVAL;
    }
    l = new_local(opt);
    if (l == NULL)
        return fault_errno(f, -ENOMEM, "store folder %s", opt->path);
    rc = open_folders(l, opt, f);
    if (rc < 0) {
        close_store(&l->store);
        return rc;
    }
    *out = &l->store;
    return 0;
}
