#include "services/sync-engine/checkout/keep.h"

#include "services/sync-engine/checkout/assemble.h"
#include "services/sync-engine/checkout/folders.h"
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/checkout/kept.h"
#include "services/sync-engine/checkout/sweep.h"
#include "services/sync-engine/checkout/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HISTORY       "history"
#define SECONDS       600 /* tried for a name nobody has */
#define KEEP_NAME_MAX (KEEP_FOLDER_MAX - sizeof HISTORY)

/* One folder of copies being made. */
struct keeping {
    const struct keep_options *opt;
    struct kept kept;                 /* by earlier attempts */
    const struct file_record **files; /* what they have not kept */
    size_t count;
    int history_fd;
    int fd;                      /* of the folder under its temporary name */
    char root[PATH_LEN_MAX + 1]; /* its path, for messages */
    char temp[INTENT_NAME_MAX];
};

/* "2026-01-31-235959-sync" */
static void
make_name(char out[KEEP_NAME_MAX], int64_t started_ms, int later_s)
{
    time_t at = (time_t)(started_ms / 1000 + later_s);
    struct tm tm = {0};

    (void)localtime_r(&at, &tm);
    (void)strftime(out, KEEP_NAME_MAX, "%Y-%m-%d-%H%M%S-sync", &tm);
}

/* A descriptor of <workspace>/history, made when missing; or negative. */
static int
open_history(const char *workspace, struct problem *p)
{
    int at = open(workspace, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = -1;
    int rc = 0;

    if (at < 0 || (mkdirat(at, HISTORY, 0755) != 0 && errno != EEXIST))
        rc = -errno;
    if (rc == 0) {
        fd = openat(at, HISTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        rc = fd < 0 ? -errno : 0;
    }
    if (at >= 0)
        (void)close(at);
    if (rc == 0)
        return fd;
    return problem_errno(p, rc, "cannot keep copies in %s/" HISTORY, workspace);
}

static int
copy(const struct keeping *k, struct folders *f, const struct file_record *r,
     struct problem *p)
{
    const struct assemble a = {
        .objects = repo_objects(k->opt->repo),
        .record = r,
        .root = k->root,
    };
    int rc = folders_enter(f, r->path, p);
    int fd;

    if (rc != 0)
        return rc;
    fd = openat(f->fd, folders_name(r->path),
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return problem_errno(p, -errno, "cannot keep a copy of %s", r->path);
    rc = assemble_write(&a, repo_worker(k->opt->repo), fd, p);
    if (close(fd) != 0 && rc == 0)
        rc = problem_errno(p, -errno, "cannot keep a copy of %s", r->path);
    return rc;
}

static int
copy_all(const struct keeping *k, struct problem *p)
{
    const struct keep_options *opt = k->opt;
    struct folders_made made;
    struct folders f;
    int rc = folders_made_init(&made, p);

    if (rc != 0)
        return rc;
    folders_init(&f, k->fd, k->root, &made);
    for (size_t i = 0; i < k->count && rc == 0; i++) {
        if (opt->cancel != NULL && atomic_load(opt->cancel))
            rc = problem_set(p, PROBLEM_CANCELLED, "cancelled");
        if (rc == 0)
            rc = copy(k, &f, k->files[i], p);
        if (rc == 0 && opt->on_progress != NULL)
            opt->on_progress(opt->ctx, k->files[i]->path);
    }
    folders_leave(&f);
    folders_made_clear(&made);
    return rc;
}

/* Durable, then under its name. */
static int
commit(const struct keeping *k, char name[KEEP_NAME_MAX], struct problem *p)
{
    int rc = syncfs(k->fd) == 0 ? 0 : -errno;

    for (int later = 0; later < SECONDS && rc == 0; later++) {
        make_name(name, k->opt->started_ms, later);
        rc = kept_add(&k->kept, name, p);
        if (rc != 0)
            return rc;
        rc = folders_rename_new(k->history_fd, k->temp, name);
        if (rc == 0 && fsync(k->history_fd) != 0)
            rc = -errno;
        if (rc != -EEXIST)
            break;
        rc = 0;
        name[0] = '\0';
    }
    if (rc == 0 && name[0] == '\0')
        rc = -EEXIST;
    return rc == 0 ? 0 : problem_errno(p, rc, "cannot keep %s", k->root);
}

/* Make the folder under a name that is written down before. */
static int
begin(struct keeping *k, struct problem *p)
{
    const struct keep_options *opt = k->opt;
    char name[KEEP_NAME_MAX + 1] = "/";
    const char *paths[] = {name};
    struct intent in = {
        .paths = paths, .count = 1, .workspace = opt->workspace};
    int rc = sweep_run(opt->workspace, opt->state_fd, p);

    if (rc != 0)
        return rc;
    make_name(name + 1, opt->started_ms, 0);
    rc = intent_seed(&in.seed);
    if (rc != 0)
        return problem_errno(p, rc, "history copies");
    (void)intent_temp_name(k->temp, name + 1, in.seed, 0);
    (void)snprintf(k->root, sizeof k->root, "%s/" HISTORY "/%s", opt->workspace,
                   k->temp);
    rc = intent_write(opt->state_fd, INTENT_KEEPING, &in, p);
    if (rc != 0)
        return rc;
    if (mkdirat(k->history_fd, k->temp, 0755) == 0) {
        k->fd = openat(k->history_fd, k->temp,
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    return k->fd >= 0 ? 0 : problem_errno(p, -errno, "cannot make %s", k->root);
}

/* What earlier attempts have not kept. */
static int
choose(struct keeping *k, const struct file_record *const *files, size_t count,
       struct problem *p)
{
    int rc = kept_read(&k->kept, k->opt->workspace, k->opt->state_fd, p);

    if (rc != 0)
        return rc;
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
    k->files = calloc(count, sizeof *k->files);
    if (k->files == NULL)
        return problem_errno(p, -ENOMEM, "history copies");
    for (size_t i = 0; i < count; i++) {
        const struct assemble a = {.objects = repo_objects(k->opt->repo),
                                   .record = files[i],
                                   .root = HISTORY};

        if (kept_find(&k->kept, k->history_fd, &a, repo_worker(k->opt->repo)) ==
            NULL)
            k->files[k->count++] = files[i];
    }
    return 0;
}

/* The folder of copies, from its beginning to its name. */
static int
make_folder(struct keeping *k, char folder[KEEP_FOLDER_MAX], struct problem *p)
{
    char name[KEEP_NAME_MAX] = "";
    int rc = begin(k, p);

    if (rc == 0)
        rc = copy_all(k, p);
    if (rc == 0)
        rc = commit(k, name, p);
    if (rc == 0)
        (void)snprintf(folder, KEEP_FOLDER_MAX, HISTORY "/%s", name);
    /* Not even a folder that is left is forgotten: the intent then stays. */
    if (k->temp[0] != '\0' && tree_remove(k->history_fd, k->temp) == 0)
        intent_end(k->opt->state_fd, INTENT_KEEPING);
    if (k->fd >= 0)
        (void)close(k->fd);
    return rc;
}

int
keep_run(char folder[KEEP_FOLDER_MAX], const struct file_record *const *files,
         size_t count, const struct keep_options *opt, struct problem *p)
{
    struct keeping k = {.opt = opt, .history_fd = -1, .fd = -1};
    int rc;

    folder[0] = '\0';
    if (count == 0)
        return 0;
    k.history_fd = open_history(opt->workspace, p);
    if (k.history_fd < 0)
        return k.history_fd;
    rc = choose(&k, files, count, p);
    if (rc == 0 && k.count > 0)
        rc = make_folder(&k, folder, p);
    kept_clear(&k.kept);
    free(k.files);
    (void)close(k.history_fd);
    return rc;
}

void
keep_find(char folder[KEEP_FOLDER_MAX], const struct file_record *file,
          const struct keep_options *opt)
{
    const struct assemble a = {.record = file, .root = HISTORY};
    struct problem ignored = {0};
    struct kept kept;
    const char *name = NULL;
    int fd = open_history(opt->workspace, &ignored);

    folder[0] = '\0';
    if (fd >= 0 &&
        kept_read(&kept, opt->workspace, opt->state_fd, &ignored) == 0)
        name = kept_find(&kept, fd, &a, NULL);
    if (name != NULL)
        (void)snprintf(folder, KEEP_FOLDER_MAX, HISTORY "/%s", name);
    if (fd >= 0) {
        kept_clear(&kept);
        (void)close(fd);
    }
}

void
keep_end(int state_fd)
{
    kept_end(state_fd);
}

/* Returns 0, -EEXIST when another file has the place, or -errno. */
static int
link_into(int fd, const struct keep_found *found, struct problem *p)
{
    struct folders_made made;
    struct folders f;
    int rc = folders_made_init(&made, p);

    if (rc != 0)
        return rc;
    folders_init(&f, fd, HISTORY, &made);
    rc = folders_enter(&f, found->path, p);
    if (rc == 0 && linkat(found->dir_fd, found->name, f.fd,
                          folders_name(found->path), 0) != 0)
        rc = -errno;
    folders_leave(&f);
    folders_made_clear(&made);
    return rc;
}

int
keep_link(const struct keep_found *found, struct problem *p)
{
    int history = open_history(found->workspace, p);
    int rc = -EEXIST;

    if (history < 0)
        return history;
    for (int later = 0; later < SECONDS && rc == -EEXIST; later++) {
        char name[KEEP_NAME_MAX];
        int fd;

        make_name(name, found->started_ms, later);
        if (mkdirat(history, name, 0755) != 0 && errno != EEXIST) {
            rc = -errno;
            break;
        }
        fd = openat(history, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        rc = fd < 0 ? -errno : link_into(fd, found, p);
        if (fd >= 0)
            (void)close(fd);
    }
    (void)close(history);
    if (rc == 0)
        return 0;
    return problem_errno(p, rc, "cannot keep the file now at %s in " HISTORY,
                         found->path);
}
