/*
 * One inotify watch for each folder, and what it is called.
 *
 * A renamed folder loses the watches of its old name and is looked through
 * under its new one.  A watch is set before the folder is read: what comes
 * later is an event, what was there before is read.  Must not read any file.
 */
#include "services/sync-engine/watch.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/ignore.h"
#include "services/sync-engine/repo/walk.h"
#include "services/sync-engine/watch_folders.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_EVENTS                                                          \
    (IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE |          \
     IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW |               \
     IN_EXCL_UNLINK)

struct watch {
    int fd;
    char *data;
    struct watch_folders folders;
    unsigned round; /* of looking through the whole tree */
    /* Of the drain under way. */
    bool edited;
    watch_own_fn is_own;
    void *ctx;
};

/* ---- looking through the tree ---- */

static bool
is_gone(int rc)
{
    return rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP;
}

static int
say_failed(const struct watch *w, const char *path, int rc)
{
    if (rc == -ENOSPC) {
        log_line(LOG_WARN,
                 "watching %s: no inotify watches are left after %zu folders; "
                 "edits wait for --interval (sysctl "
                 "fs.inotify.max_user_watches has more)",
                 w->data, w->folders.count);
    } else if (rc == -EMFILE) {
        log_line(LOG_WARN,
                 "watching %s: no inotify instance is left; edits wait for "
                 "--interval (sysctl fs.inotify.max_user_instances has more)",
                 w->data);
    } else {
        log_line(LOG_WARN, "watching %s%s: %s; edits wait for --interval",
                 w->data, path, strerrordesc_np(-rc));
    }
    return rc;
}

static void
see_file(struct watch *w, const char *path)
{
    if (w->edited || ignore_skips_file(path))
        return;
    w->edited = w->is_own == NULL || !w->is_own(w->ctx, path);
}

static int look_through(struct watch *w, char *path, size_t depth);

/* An entry of a folder; path names it and has room for PATH_MAX. */
static int
see_entry(struct watch *w, const struct dirent *entry, char *path, size_t depth)
{
    unsigned char type = entry->d_type;
    struct stat st;
    char full[PATH_MAX];

    if (type == DT_UNKNOWN) {
        int n = snprintf(full, sizeof full, "%s%s", w->data, path);

        if (n < 0 || (size_t)n >= sizeof full || lstat(full, &st) != 0)
            return 0;
        type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
    }
    if (type == DT_DIR)
        return look_through(w, path, depth + 1);
    if (type == DT_REG)
        see_file(w, path);
    return 0;
}

static int
read_folder(struct watch *w, DIR *dir, char *path, size_t depth)
{
    size_t len = strlen(path);
    const struct dirent *entry;
    int rc = 0;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        int n = snprintf(path + len, PATH_MAX - len, "/%s", entry->d_name);

        /* Too long for any run: it refuses such a name, and says so. */
        if (n >= 0 && (size_t)n < PATH_MAX - len)
            rc = see_entry(w, entry, path, depth);
        path[len] = '\0';
    }
    return rc;
}

/* Watch path and all below it; files found are seen. */
static int
look_through(struct watch *w, char *path, size_t depth)
{
    const char *name = strrchr(path, '/');
    char full[PATH_MAX];
    DIR *dir;
    int n = snprintf(full, sizeof full, "%s%s", w->data, path);
    int wd;
    int rc;

    if (n < 0 || (size_t)n >= sizeof full || depth > WALK_DEPTH_MAX ||
        (name != NULL && ignore_skips_dir(name + 1)))
        return 0;
    wd = inotify_add_watch(w->fd, full, FOLDER_EVENTS);
    if (wd < 0 && depth > 0 && (is_gone(-errno) || errno == EACCES))
        return 0;
    rc = wd < 0 ? -errno : watch_folders_set(&w->folders, wd, path, w->round);
    if (rc < 0)
        return say_failed(w, path, rc);
    dir = opendir(full);
    if (dir == NULL) /* gone again, or for the run to complain about */
        return 0;
    rc = read_folder(w, dir, path, depth);
    closedir(dir);
    return rc;
}

/* The whole tree; watches of folders that are not in it end. */
static int
look_through_all(struct watch *w)
{
    char path[PATH_MAX] = "";
    int rc;

    w->round++;
    rc = look_through(w, path, 0);
    for (size_t i = w->folders.count; rc == 0 && i-- > 0;) {
        if (w->folders.all[i].round == w->round)
            continue;
        (void)inotify_rm_watch(w->fd, w->folders.all[i].wd);
        watch_folders_forget(&w->folders, i);
    }
    return rc;
}

int
watch_open(struct watch **out, const char *data)
{
    struct watch *w = calloc(1, sizeof *w);
    int rc = 0;

    *out = NULL;
    if (w == NULL)
        return -ENOMEM;
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0)
        rc = -errno;
    w->data = strdup(data);
    if (rc == 0 && w->data == NULL)
        rc = -ENOMEM;
    if (rc < 0) {
        rc = w->data == NULL ? rc : say_failed(w, "", rc);
    } else {
        rc = look_through_all(w);
    }
    if (rc < 0) {
        watch_close(w);
        return rc;
    }
    *out = w;
    return 0;
}

int
watch_fd(const struct watch *w)
{
    return w == NULL ? -1 : w->fd;
}

/* ---- events ---- */

/* Stop watching path and what is below it. */
static void
drop_tree(struct watch *w, const char *path)
{
    size_t len = strlen(path);

    for (size_t i = w->folders.count; i-- > 0;) {
        const char *p = w->folders.all[i].path;

        if (strncmp(p, path, len) != 0 || (p[len] != '\0' && p[len] != '/'))
            continue;
        (void)inotify_rm_watch(w->fd, w->folders.all[i].wd);
        watch_folders_forget(&w->folders, i);
    }
}

/* A folder came, went or got another name. */
static int
see_folder(struct watch *w, uint32_t mask, char *path, size_t depth)
{
    const char *name = strrchr(path, '/');

    if (ignore_skips_dir(name + 1))
        return 0;
    if (mask & (IN_CREATE | IN_MOVED_TO))
        return look_through(w, path, depth);
    if (mask & IN_MOVED_FROM) {
        w->edited = true;
        drop_tree(w, path);
    }
    return 0; /* a removed one: its files said so themselves */
}

static size_t
count_slashes(const char *path)
{
    size_t n = 0;

    while ((path = strchr(path, '/')) != NULL) {
        n++;
        path++;
    }
    return n;
}

static int
see_event(struct watch *w, const struct inotify_event *event)
{
    const struct watch_folder *folder =
        watch_folders_find(&w->folders, event->wd);
    char path[PATH_MAX];
    int n;

    if (event->mask & IN_Q_OVERFLOW) {
        w->edited = true;
        return look_through_all(w);
    }
    if (folder == NULL) /* of a watch just removed */
        return 0;
    if (event->mask & IN_IGNORED) {
        bool is_root = folder->path[0] == '\0';

        watch_folders_forget(&w->folders, (size_t)(folder - w->folders.all));
        return is_root ? say_failed(w, "", -ENOENT) : 0;
    }
    if (event->len == 0) /* about the folder itself */
        return 0;
    n = snprintf(path, sizeof path, "%s/%s", folder->path, event->name);
    if (n < 0 || (size_t)n >= sizeof path)
        return 0;
    if (event->mask & IN_ISDIR)
        return see_folder(w, event->mask, path, count_slashes(path));
    see_file(w, path);
    return 0;
}

/* All events of one read. */
static int
see_events(struct watch *w, const char *buf, size_t len)
{
    const char *end = buf + len;
    int rc = 0;

    while (rc == 0 && buf < end) {
        const struct inotify_event *event = (const void *)buf;

        buf += sizeof *event + event->len;
        rc = see_event(w, event);
    }
    return rc;
}

int
watch_drain(struct watch *w, watch_own_fn is_own, void *ctx)
{
    _Alignas(struct inotify_event) char buf[16384];
    ssize_t n;
    int rc = 0;

    w->edited = false;
    w->is_own = is_own;
    w->ctx = ctx;
    while (rc == 0 && (n = read(w->fd, buf, sizeof buf)) > 0)
        rc = see_events(w, buf, (size_t)n);
    if (rc < 0)
        return rc;
    return w->edited ? WATCH_EDITED : 0;
}

void
watch_close(struct watch *w)
{
    if (w == NULL)
        return;
    watch_folders_clear(&w->folders);
    free(w->data);
    if (w->fd >= 0)
        close(w->fd);
    free(w);
}
