/*
 * gather.c - one attempt: walk, recall, take in.
 *
 * Recall compares the walk with two sorted lists: the previous snapshot, and
 * what an earlier attempt of this run has already taken in.  A file whose
 * second is that of the previous snapshot counts as unchanged (section 5.3)
 * unless its size or milliseconds differ: it is then read, and only another
 * content makes a change of it.
 */
#include "services/sync-engine/repo/gather.h"

#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/ignore.h"
#include "services/sync-engine/repo/intake.h"
#include "services/sync-engine/repo/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYNCIGNORE ".siyuan/syncignore"
#define LARGE_BYTES                                                            \
    (4 << 20) /* begun first, so that no worker is left with                   \
                 one at the end */

int
gather_init(struct gather *g, struct repo *r,
            const struct snapshot_options *opt,
            const struct file_list *previous, struct problem *p)
{
    int rc;

    *g = (struct gather){
        .repo = r, .opt = opt, .previous = previous, .data_fd = -1};
    if (asprintf(&g->name, "%s/data", opt->workspace) < 0) {
        g->name = NULL;
        return problem_errno(p, -ENOMEM, "workspace %s", opt->workspace);
    }
    rc = pthread_mutex_init(&g->lock, NULL);
    if (rc != 0)
        return problem_errno(p, -rc, "workspace %s", opt->workspace);
    g->has_lock = true;
    g->data_fd = open(g->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (g->data_fd >= 0)
        return 0;
    if (errno == ENOENT || errno == ENOTDIR) {
        return problem_set(p, PROBLEM_NO_WORKSPACE,
                           "%s is no workspace: there is no folder %s",
                           opt->workspace, g->name);
    }
    return problem_unreadable(p, -errno, "cannot read %s", g->name);
}

static void
drop_attempt(struct gather *g)
{
    walk_clear(&g->walk);
    free(g->records);
    free(g->todo);
    g->records = NULL;
    g->todo = NULL;
    g->todo_count = 0;
}

void
gather_clear(struct gather *g)
{
    drop_attempt(g);
    if (g->has_lock)
        (void)pthread_mutex_destroy(&g->lock);
    if (g->data_fd >= 0)
        (void)close(g->data_fd);
    free(g->name);
}

void
gather_report(struct gather *g, enum snapshot_step step)
{
    g->now.step = step;
    if (g->opt->on_progress != NULL)
        g->opt->on_progress(g->opt->ctx, &g->now);
}

static void
on_walk_progress(void *ctx, size_t files)
{
    struct gather *g = ctx;

    g->now.files = files;
    gather_report(g, SNAPSHOT_WALK);
}

/* The kernel follows a symbolic link here, and so do we. */
static int
read_ignore(struct gather *g, struct ignore **out, struct problem *p)
{
    struct buffer text = {0};
    int rc = disk_read_followed(g->data_fd, SYNCIGNORE, &text, IGNORE_TEXT_MAX);

    if (rc == -ENOENT || rc == -ENOTDIR)
        rc = 0;
    if (rc == 0)
        rc = ignore_new(out, (const char *)text.data, text.len);
    buffer_clear(&text);
    if (rc == -ENOMEM)
        return problem_errno(p, rc, "%s/" SYNCIGNORE, g->name);
    if (rc != 0)
        return problem_unreadable(p, rc, "cannot read %s/" SYNCIGNORE, g->name);
    return 0;
}

static int
walk(struct gather *g, struct problem *p)
{
    struct walk_options opt = {
        .data_fd = g->data_fd,
        .name = g->name,
        .cancel = g->opt->cancel,
        .on_progress = on_walk_progress,
        .ctx = g,
    };
    int rc;

    g->now = (struct snapshot_progress){.attempt = g->now.attempt + 1};
    gather_report(g, SNAPSHOT_WALK);
    rc = read_ignore(g, &opt.ignore, p);
    if (rc == 0)
        rc = walk_run(&g->walk, &opt, p);
    ignore_free(opt.ignore);
    if (rc == 0 && g->walk.count == 0 &&
        !(g->opt->may_be_empty && g->previous->count == 0)) {
        return problem_set(p, PROBLEM_EMPTY_WORKSPACE,
                           "%s holds no file to synchronise", g->name);
    }
    return rc;
}

/*
 * Same file as in the snapshot?  A disk that keeps whole seconds only cannot
 * tell milliseconds.
 */
static bool
is_known(const struct walk_file *f, const struct file_record *r)
{
    int64_t updated = walk_updated_ms(f);

    if (updated / 1000 != r->updated / 1000 || f->size != r->size)
        return false;
    return updated == r->updated || f->nanoseconds == 0;
}

static bool
is_same_walk_file(const struct walk_file *a, const struct walk_file *b)
{
    return a->size == b->size && a->seconds == b->seconds &&
           a->nanoseconds == b->nanoseconds && a->inode == b->inode;
}

/* Copy a record to its place; path and chunks live in the walk's arena. */
static int
keep_record(struct gather *g, size_t at, const struct file_record *r)
{
    struct file_record *out = &g->records[at];
    const struct oid *chunks = arena_copy(&g->walk.arena, r->chunks,
                                          r->chunk_count * sizeof *r->chunks);

    if (chunks == NULL)
        return -ENOMEM;
    *out = *r;
    out->path = g->walk.files[at].path;
    out->chunks = chunks;
    return 0;
}

static int
recall_previous(struct gather *g)
{
    const struct file_list *l = g->previous;
    size_t at = 0;
    int rc = 0;

    for (size_t i = 0; i < g->walk.count && rc == 0; i++) {
        const struct walk_file *f = &g->walk.files[i];
        int order = -1;

        while (at < l->count &&
               (order = strcmp(l->files[at].path, f->path)) < 0)
            at++;
        if (at < l->count && order == 0 && is_known(f, &l->files[at]))
            rc = keep_record(g, i, &l->files[at]);
    }
    return rc;
}

/* The results of the attempt before. */
static int
recall_attempt(struct gather *g, const struct walk_list *walked,
               const struct file_record *records)
{
    size_t at = 0;
    int rc = 0;

    for (size_t i = 0; i < g->walk.count && rc == 0; i++) {
        const struct walk_file *f = &g->walk.files[i];
        int order = -1;

        while (at < walked->count &&
               (order = strcmp(walked->files[at].path, f->path)) < 0)
            at++;
        if (at < walked->count && order == 0 && records[at].chunk_count > 0 &&
            is_same_walk_file(f, &walked->files[at]))
            rc = keep_record(g, i, &records[at]);
    }
    return rc;
}

static void
add_todo(struct gather *g, bool large)
{
    for (size_t i = 0; i < g->walk.count; i++) {
        const struct walk_file *f = &g->walk.files[i];

        if (g->records[i].chunk_count > 0 || (f->size >= LARGE_BYTES) != large)
            continue;
        g->todo[g->todo_count++] = i;
        g->now.bytes_total += (uint64_t)f->size;
    }
}

static int
plan(struct gather *g, const struct walk_list *walked,
     const struct file_record *records)
{
    int rc;

    g->records = calloc(g->walk.count, sizeof *g->records);
    g->todo = calloc(g->walk.count, sizeof *g->todo);
    if (g->records == NULL || g->todo == NULL)
        return -ENOMEM;
    rc = recall_previous(g);
    if (rc == 0 && records != NULL)
        rc = recall_attempt(g, walked, records);
    if (rc != 0)
        return rc;
    add_todo(g, true);
    add_todo(g, false);
    g->now.files = 0;
    g->now.files_total = g->todo_count;
    return 0;
}

static void
on_intake_progress(void *ctx, const char *path, size_t bytes)
{
    struct gather *g = ctx;

    (void)pthread_mutex_lock(&g->lock);
    g->now.bytes += bytes;
    g->now.item = path;
    gather_report(g, SNAPSHOT_STORE);
    (void)pthread_mutex_unlock(&g->lock);
}

static int
take_in(void *ctx, struct worker *w, size_t item, struct problem *p)
{
    struct gather *g = ctx;
    size_t at = g->todo[item];
    struct walk_file *f = &g->walk.files[at];
    struct file_record record;
    const struct intake in = {
        .objects = repo_objects(g->repo),
        .data_fd = g->data_fd,
        .name = g->name,
        .cancel = g->opt->cancel,
        .look_only = g->opt->look_only,
        .on_progress = on_intake_progress,
        .ctx = g,
    };
    int rc = intake_run(&in, w, f, &record, p);

    if (rc < 0)
        return rc;
    (void)pthread_mutex_lock(&g->lock);
    g->now.files++;
    g->now.item = f->path;
    if (rc == INTAKE_CHANGED) {
        g->busy = f->path;
        rc = 0;
    } else {
        rc = keep_record(g, at, &record);
    }
    gather_report(g, SNAPSHOT_STORE);
    (void)pthread_mutex_unlock(&g->lock);
    return rc == 0 ? 0 : problem_errno(p, rc, "%s%s", g->name, f->path);
}

static int
take_in_all(struct gather *g, struct problem *p)
{
    const struct pool_job job = {
        .key = repo_key(g->repo),
        .workers = g->opt->workers == 0 ? SNAPSHOT_WORKERS : g->opt->workers,
        .count = g->todo_count,
        .cancel = g->opt->cancel,
        .fn = take_in,
        .ctx = g,
    };
    int rc;

    if (g->todo_count == 0)
        return 0;
    gather_report(g, SNAPSHOT_STORE);
    rc = repo_begin(g->repo, p);
    if (rc == 0)
        rc = pool_run(&job, p);
    g->now.item = NULL;
    return rc;
}

/* Ids tell: same path, same second, and by intake_run() same content. */
static bool
differs(const struct gather *g)
{
    const struct file_list *l = g->previous;

    if (l->count != g->walk.count)
        return true;
    for (size_t i = 0; i < l->count; i++) {
        if (!oid_equal(&l->files[i].id, &g->records[i].id))
            return true;
    }
    return false;
}

int
gather_attempt(struct gather *g, struct problem *p)
{
    struct walk_list walked = g->walk;
    struct file_record *records = g->records;
    int rc;

    g->walk = (struct walk_list){0};
    g->records = NULL;
    drop_attempt(g);
    g->busy = NULL;
    rc = walk(g, p);
    if (rc == 0 && plan(g, &walked, records) != 0)
        rc = problem_errno(p, -ENOMEM, "workspace %s", g->name);
    walk_clear(&walked);
    free(records);
    if (rc == 0)
        rc = take_in_all(g, p);
    if (rc != 0)
        return rc;
    g->changed = g->busy == NULL && differs(g);
    return g->busy != NULL ? GATHER_BUSY : 0;
}
