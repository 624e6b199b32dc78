#include "services/sync-engine/checkout/sweep.h"

#include "services/runtime/log.h"
#include "services/sync-engine/checkout/data.h"
#include "services/sync-engine/checkout/folders.h"
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/checkout/kept.h"
#include "services/sync-engine/checkout/tree.h"
#include "services/sync-engine/repo/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HISTORY "history"

/* The temporary file of one item.  Returns 0 or -errno. */
static int
remove_file(int dir_fd, const char *temp)
{
    struct stat st;

    if (fstatat(dir_fd, temp, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISREG(st.st_mode) || unlinkat(dir_fd, temp, 0) == 0)
        return 0;
    return errno == ENOENT ? 0 : -errno;
}

static int
sweep_data(const char *workspace, const struct intent *in, struct problem *p)
{
    char temp[INTENT_NAME_MAX];
    struct folders f;
    struct data d;
    int rc = data_open(&d, workspace, p);

    folders_init(&f, d.fd, d.name, NULL);
    for (size_t i = 0; i < in->count && rc == 0; i++) {
        const char *path = in->paths[i];

        /* A way that is barred now leads to nothing of ours. */
        if (folders_enter(&f, path, p) != 0)
            continue;
        (void)intent_temp_name(temp, folders_name(path), in->seed, i);
        rc = remove_file(f.fd, temp);
        if (rc != 0) {
            (void)problem_errno(p, rc,
                                "cannot remove the temporary file of "
                                "%s%s",
                                d.name, path);
        }
    }
    folders_leave(&f);
    data_close(&d);
    return rc;
}

/* The folder that did not become <workspace>/history/<time>-sync. */
static int
sweep_history(const char *workspace, const struct intent *in, struct problem *p)
{
    char temp[INTENT_NAME_MAX];
    int fd = open(workspace, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int history =
        fd < 0 ? -1 : openat(fd, HISTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = history < 0 && errno != ENOENT ? -errno : 0;

    for (size_t i = 0; history >= 0 && i < in->count && rc == 0; i++) {
        (void)intent_temp_name(temp, folders_name(in->paths[i]), in->seed, i);
        rc = tree_remove(history, temp);
    }
    if (history >= 0)
        (void)close(history);
    if (fd >= 0)
        (void)close(fd);
    if (rc == 0)
        return 0;
    return problem_errno(p, rc, "cannot clean up %s/" HISTORY, workspace);
}

static int
sweep_intent(const char *workspace, int state_fd, const char *file,
             struct problem *p)
{
    struct intent in;
    int rc = intent_read(&in, state_fd, file, p);

    if (rc < 0 || rc == INTENT_NONE)
        return rc < 0 ? rc : 0;
    if (rc == INTENT_REFUSED || !intent_is_of(&in, workspace)) {
        log_line(LOG_WARN, "state file %s is %s: ignored", file,
                 rc == 0 ? "about another workspace" : "damaged");
        rc = 0;
    } else {
        log_line(LOG_INFO,
                 "removing temporary files of a run that did not finish");
        rc = strcmp(file, INTENT_KEEPING) == 0
                 ? sweep_history(workspace, &in, p)
                 : sweep_data(workspace, &in, p);
    }
    intent_clear(&in);
    if (rc == 0)
        intent_end(state_fd, file);
    return rc;
}

/* What was going to be an intent. */
static int
remove_unfinished(void *ctx, int dir_fd, const char *name)
{
    const char *file = ctx;
    size_t len = strlen(file);

    if (strncmp(name, file, len) != 0 ||
        strlen(name) != len + INTENT_SUFFIX_LEN ||
        strcmp(name + strlen(name) - 4, ".tmp") != 0)
        return 0;
    (void)unlinkat(dir_fd, name, 0);
    return 0;
}

int
sweep_run(const char *workspace, int state_fd, struct problem *p)
{
    static const char *const FILES[] = {INTENT_CHECKOUT, INTENT_KEEPING,
                                        KEPT_FILE};
    int rc = 0;

    for (size_t i = 0; i < sizeof FILES / sizeof *FILES && rc == 0; i++) {
        char file[INTENT_NAME_MAX];

        memcpy(file, FILES[i], strlen(FILES[i]) + 1);
        rc = disk_list(state_fd, ".", remove_unfinished, file);
        if (rc != 0)
            return problem_errno(p, rc, "cannot read the state folder");
        /* What is kept stays, and so does its note. */
        if (strcmp(file, KEPT_FILE) != 0)
            rc = sweep_intent(workspace, state_fd, file, p);
    }
    return rc;
}
