#include "services/sync-engine/repo/latest.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/full_latest.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/pool.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define NAME       "full-latest.json"
#define WRITE_STEP (256u << 10) /* bytes handed to write(2) at once */

struct loading {
    struct repo *repo;
    const struct index_record *index;
    bool check_chunks;
    pthread_mutex_t lock; /* of list */
    struct file_list *list;
};

static int
check_chunks(struct objects *o, const struct file_record *f, struct problem *p)
{
    char key[OBJECTS_KEY_MAX];
    int rc = 0;

    for (uint32_t i = 0; i < f->chunk_count && rc == 0; i++) {
        rc = objects_exists(o, &f->chunks[i], p);
        if (rc == OBJECTS_ABSENT) {
            rc = problem_set(p, PROBLEM_DAMAGED, "%s is missing, part of %s",
                             objects_key(&f->chunks[i], key), f->path);
        }
    }
    return rc;
}

static int
load_one(void *ctx, struct worker *w, size_t item, struct problem *p)
{
    struct loading *l = ctx;
    struct objects *o = repo_objects(l->repo);
    const struct oid *id = &l->index->files[item];
    struct arena arena = {0};
    struct objects_file file = {.arena = &arena};
    char key[OBJECTS_KEY_MAX];
    int rc = objects_read_file(o, w, id, &file, p);

    if (rc == OBJECTS_ABSENT) {
        rc = problem_set(p, PROBLEM_DAMAGED, "%s is missing, a file record",
                         objects_key(id, key));
    }
    if (rc == 0 && l->check_chunks)
        rc = check_chunks(o, &file.record, p);
    if (rc == 0) {
        (void)pthread_mutex_lock(&l->lock);
        rc = file_list_add(l->list, &file.record);
        (void)pthread_mutex_unlock(&l->lock);
        if (rc != 0)
            rc = problem_errno(p, rc, "listing the latest snapshot");
    }
    arena_clear(&arena);
    return rc;
}

static int
load_objects(struct file_list *out, struct repo *r,
             const struct index_record *x, const struct latest_options *opt,
             struct problem *p)
{
    struct loading l = {
        .repo = r,
        .index = x,
        .check_chunks = opt->check_chunks,
        .list = out,
    };
    const struct pool_job job = {
        .key = repo_key(r),
        .workers = opt->workers,
        .count = x->count,
        .cancel = opt->cancel,
        .fn = load_one,
        .ctx = &l,
    };
    int rc = pthread_mutex_init(&l.lock, NULL);

    if (rc != 0)
        return problem_errno(p, -rc, "loading the latest snapshot");
    rc = pool_run(&job, p);
    (void)pthread_mutex_destroy(&l.lock);
    return rc;
}

/* The cache was written in the order of the index, id by id. */
static bool
is_of_index(const struct file_list *l, const struct index_record *x)
{
    if (l->count != x->count)
        return false;
    for (size_t i = 0; i < l->count; i++) {
        if (!oid_equal(&l->files[i].id, &x->files[i]))
            return false;
    }
    return true;
}

static int
load_cache(struct file_list *out, struct repo *r, const struct index_record *x)
{
    struct buffer bytes = {0};
    int rc = disk_read(repo_dir(r), NAME, &bytes, FULL_LATEST_MAX);

    if (rc == 0)
        rc = full_latest_decode(out, &x->id, bytes.data, bytes.len);
    buffer_clear(&bytes);
    if (rc == 0 && !is_of_index(out, x))
        rc = -ESTALE;
    if (rc == 0 || rc == -ENOENT)
        return rc;
    log_line(LOG_WARN, "%s/" NAME " is not of the latest snapshot: removed",
             repo_path(r));
    file_list_clear(out);
    (void)unlinkat(repo_dir(r), NAME, 0);
    return rc;
}

int
latest_load(struct file_list *out, struct repo *r, const struct index_record *x,
            const struct latest_options *opt, struct problem *p)
{
    int rc = opt->use_cache ? load_cache(out, r, x) : -ENOENT;

    if (rc != 0)
        rc = load_objects(out, r, x, opt, p);
    if (rc != 0) {
        file_list_clear(out);
    } else {
        file_list_sort(out);
    }
    return rc;
}

static int
write_files(struct disk_file *file, struct buffer *out, const struct oid *id,
            const struct file_list *files)
{
    int rc = full_latest_begin(out, id, files->count);

    for (size_t i = 0; i < files->count && rc == 0; i++) {
        rc = full_latest_file(out, &files->files[i]);
        if (rc == 0 && out->len >= WRITE_STEP) {
            rc = disk_append(file, out->data, out->len);
            out->len = 0;
        }
    }
    if (rc == 0)
        rc = full_latest_end(out);
    return rc == 0 ? disk_append(file, out->data, out->len) : rc;
}

int
latest_store(struct repo *r, const struct oid *id,
             const struct file_list *files, struct problem *p)
{
    struct buffer out = {0};
    struct disk_file file;
    int rc = disk_create(&file, repo_dir(r), NAME);

    if (rc != 0)
        return problem_errno(p, rc, "%s/" NAME, repo_path(r));
    rc = write_files(&file, &out, id, files);
    buffer_clear(&out);
    if (rc != 0) {
        disk_discard(&file);
    } else {
        rc = disk_commit_durable(&file);
    }
    return rc == 0 ? 0 : problem_errno(p, rc, "%s/" NAME, repo_path(r));
}
