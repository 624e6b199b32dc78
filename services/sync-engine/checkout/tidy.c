#include "services/sync-engine/checkout/tidy.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tidy {
    const char *name; /* data's path */
    size_t removed;
    int depth;
};

bool
tidy_spares(const char *name)
{
    static const char *const SPARED[] = {
        "assets",  "emojis",  "snippets", "storage", "templates",
        "widgets", "plugins", "public",   ".git",
    };

    for (size_t i = 0; i < sizeof SPARED / sizeof *SPARED; i++) {
        if (strcmp(name, SPARED[i]) == 0)
            return true;
    }
    return false;
}

static bool
is_folder(int fd, const struct dirent *entry)
{
    struct stat st;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(st.st_mode);
}

static void
complain(const struct tidy *t, const char *what, const char *name)
{
    char why[128];

    log_line(LOG_WARN, "tidying %s: cannot %s folder %s: %s", t->name, what,
             name, strerror_r(errno, why, sizeof why));
}

static bool tidy_folder(struct tidy *t, int at, const char *name);

/* Is the entry still there afterwards? */
static bool
stays(struct tidy *t, int fd, const struct dirent *entry)
{
    const char *name = entry->d_name;

    if (!is_folder(fd, entry) || tidy_spares(name) ||
        t->depth >= WALK_DEPTH_MAX)
        return true;
    if (!tidy_folder(t, fd, name))
        return true;
    if (unlinkat(fd, name, AT_REMOVEDIR) == 0) {
        t->removed++;
        return false;
    }
    if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT)
        complain(t, "remove", name);
    return errno != ENOENT;
}

/* Empty now?  What cannot be read is not. */
static bool
tidy_folder(struct tidy *t, int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    size_t left = 0;

    if (dir == NULL) {
        complain(t, "read", name);
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    t->depth++;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone. */
    while ((errno = 0, entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            left += stays(t, fd, entry) ? 1 : 0;
    }
    left += errno != 0 ? 1 : 0;
    t->depth--;
    (void)closedir(dir);
    return left == 0;
}

size_t
tidy_run(int data_fd, const char *name)
{
    struct tidy t = {.name = name};

    (void)tidy_folder(&t, data_fd, ".");
    return t.removed;
}
