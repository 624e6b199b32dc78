#include "services/sync-engine/checkout/kept.h"

#include "services/runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
kept_read(struct kept *k, const char *workspace, int state_fd,
          struct problem *p)
{
    int rc;

    *k = (struct kept){.workspace = workspace, .state_fd = state_fd};
    rc = intent_read(&k->note, state_fd, KEPT_FILE, p);
    if (rc == INTENT_REFUSED) {
        log_line(LOG_WARN, "state file " KEPT_FILE " is damaged: ignored");
    } else if (rc == 0 && !intent_is_of(&k->note, workspace)) {
        intent_clear(&k->note);
    }
    return rc < 0 ? rc : 0;
}

/* Size and whole time: what a copy is made with. */
static bool
looks_like(int fd, const struct file_record *r)
{
    struct timespec times[2];
    struct stat st;

    assemble_times(times, r->updated);
    return fstatat(fd, r->path + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(st.st_mode) && st.st_size == r->size &&
           st.st_mtim.tv_sec == times[1].tv_sec &&
           st.st_mtim.tv_nsec == times[1].tv_nsec;
}

/* What cannot be compared is no copy. */
static bool
has_copy(int history_fd, const char *folder, const struct assemble *a,
         struct worker *w)
{
    struct problem ignored = {0};
    int fd = openat(history_fd, folder,
                    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool found = fd >= 0 && looks_like(fd, a->record);

    if (found && w != NULL)
        found = assemble_compare(a, w, fd, a->record->path + 1, &ignored) == 0;
    if (fd >= 0)
        (void)close(fd);
    return found;
}

const char *
kept_find(const struct kept *k, int history_fd, const struct assemble *a,
          struct worker *w)
{
    for (size_t i = k->note.count; i-- > 0;) {
        const char *folder = k->note.paths[i] + 1;

        if (has_copy(history_fd, folder, a, w))
            return folder;
    }
    return NULL;
}

int
kept_add(const struct kept *k, const char *folder, struct problem *p)
{
    const char *paths[KEPT_MAX];
    size_t old = k->note.count < KEPT_MAX ? k->note.count : KEPT_MAX - 1;
    struct intent note = {.paths = paths, .workspace = k->workspace};
    char path[INTENT_NAME_MAX + 1] = "/";

    if (old > 0) {
        memcpy(paths, k->note.paths + (k->note.count - old),
               old * sizeof *paths);
    }
    (void)strncat(path, folder, INTENT_NAME_MAX - 1);
    paths[old] = path;
    note.count = old + 1;
    return intent_write(k->state_fd, KEPT_FILE, &note, p);
}

void
kept_end(int state_fd)
{
    intent_end(state_fd, KEPT_FILE);
}

void
kept_clear(struct kept *k)
{
    intent_clear(&k->note);
}
