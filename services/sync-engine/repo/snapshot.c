/*
 * snapshot.c - the snapshot as a whole: what was, what is, and the commit.
 *
 * Order of the commit, each step durable before the next: objects (one syncfs
 * for all of them), the index, full-latest.json, refs/latest.  Cut off
 * anywhere, refs/latest names a complete snapshot, and full-latest.json is
 * either that snapshot's or one nobody asks for.
 */
#include "services/sync-engine/repo/snapshot.h"

#include "services/runtime/clock.h"
#include "services/sync-engine/repo/gather.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/latest.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/refs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_MS    50 /* before the second attempt; doubled each time */
#define PATIENCE_MS 50 /* a cancelled pause ends within this */

void
snapshot_clear(struct snapshot *s)
{
    if (s == NULL)
        return;
    file_list_clear(&s->files);
    arena_clear(&s->arena);
    *s = (struct snapshot){0};
}

static int
load(struct snapshot *out, struct repo *r, const struct oid *id,
     const struct latest_options *opt, struct problem *p)
{
    int rc = indexes_load(r, id, &out->index, &out->arena, p);

    if (rc == INDEXES_ABSENT)
        return SNAPSHOT_NONE;
    if (rc == 0)
        rc = latest_load(&out->files, r, &out->index, opt, p);
    if (rc != 0)
        snapshot_clear(out);
    return rc;
}

int
snapshot_load(struct snapshot *out, struct repo *r, const struct oid *id,
              struct problem *p)
{
    const struct latest_options opt = {.workers = SNAPSHOT_WORKERS};

    return load(out, r, id, &opt, p);
}

static int
load_latest(struct snapshot *out, struct repo *r,
            const struct latest_options *opt, struct problem *p)
{
    struct oid id;
    int rc = refs_read(r, REFS_LATEST, &id, p);

    if (rc == REFS_ABSENT)
        return SNAPSHOT_NONE;
    if (rc != 0)
        return rc;
    rc = load(out, r, &id, opt, p);
    if (rc == SNAPSHOT_NONE) {
        return problem_set(p, PROBLEM_DAMAGED,
                           "%s: the index named by " REFS_LATEST " is missing",
                           repo_path(r));
    }
    return rc;
}

int
snapshot_load_latest(struct snapshot *out, struct repo *r, struct problem *p)
{
    const struct latest_options opt = {
        .workers = SNAPSHOT_WORKERS,
        .use_cache = true,
        .check_chunks = true,
    };

    return load_latest(out, r, &opt, p);
}

static int
copy_text(struct arena *a, const char **out, const char *text)
{
    *out = arena_text(a, text != NULL ? text : "",
                      text != NULL ? strlen(text) : 0);
    return *out == NULL ? -ENOMEM : 0;
}

static int
copy_texts(struct snapshot *s, const struct snapshot_options *opt,
           const char *check)
{
    struct index_record *x = &s->index;
    const char *os = opt->system_os != NULL ? opt->system_os : "linux";
    int rc = copy_text(&s->arena, &x->memo, opt->memo);

    if (rc == 0)
        rc = copy_text(&s->arena, &x->system_id, opt->system_id);
    if (rc == 0)
        rc = copy_text(&s->arena, &x->system_name, opt->system_name);
    if (rc == 0)
        rc = copy_text(&s->arena, &x->system_os, os);
    if (rc == 0)
        rc = copy_text(&s->arena, &x->check_index_id, "");
    if (rc == 0)
        rc = copy_text(&s->arena, &x->key_check, check);
    return rc;
}

/* The index of s->files, later than the one before whatever the clock says. */
static int
make_index(struct snapshot *s, struct repo *r,
           const struct snapshot_options *opt, int64_t not_before)
{
    struct index_record *x = &s->index;
    char check[CIPHER_CHECK_MAX];
    struct oid *ids =
        arena_alloc(&s->arena, s->files.count * sizeof(struct oid));
    int rc = ids == NULL ? -ENOMEM : oid_random(&x->id);

    if (rc == 0)
        rc = cipher_check_make(repo_worker(r)->cipher, check);
    if (rc == 0)
        rc = copy_texts(s, opt, check);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < s->files.count; i++) {
        ids[i] = s->files.files[i].id;
        x->size += s->files.files[i].size;
    }
    x->files = ids;
    x->count = s->files.count;
    x->created = (int64_t)clock_wall_ms();
    if (x->created < not_before)
        x->created = not_before;
    return 0;
}

static int
commit(struct snapshot *s, struct repo *r, struct problem *p)
{
    int rc = repo_flush(r, p);

    if (rc == 0)
        rc = indexes_store(r, &s->index, p);
    if (rc == 0)
        rc = latest_store(r, &s->index.id, &s->files, p);
    if (rc == 0)
        rc = refs_write(r, REFS_LATEST, &s->index.id, p);
    if (rc == 0)
        repo_end(r);
    return rc;
}

static bool
is_cancelled(const struct snapshot_options *opt)
{
    return opt->cancel != NULL && atomic_load(opt->cancel);
}

/* Whoever writes the busy file gets time to finish. */
static void
pause_before(unsigned attempt, const struct snapshot_options *opt)
{
    int step = opt->retry_ms == 0 ? RETRY_MS : (int)opt->retry_ms;
    int left = step << (attempt - 2);

    while (left > 0 && !is_cancelled(opt)) {
        int wait = left < PATIENCE_MS ? left : PATIENCE_MS;

        (void)poll(NULL, 0, wait);
        left -= wait;
    }
}

static int
attempt_all(struct gather *g, const struct snapshot_options *opt,
            struct problem *p)
{
    int rc = gather_attempt(g, p);

    for (unsigned i = 2; i <= SNAPSHOT_ATTEMPTS && rc == GATHER_BUSY; i++) {
        pause_before(i, opt);
        rc = gather_attempt(g, p);
    }
    if (rc == GATHER_BUSY) {
        return problem_set(p, PROBLEM_BUSY_FILE,
                           "%s%s kept changing while it was read", g->name,
                           g->busy);
    }
    return rc;
}

/* Move what was gathered to s. */
static void
take_over(struct snapshot *s, struct gather *g)
{
    s->files = (struct file_list){
        .files = g->records,
        .count = g->walk.count,
        .cap = g->walk.count,
        .arena = g->walk.arena,
    };
    g->records = NULL;
    g->walk.arena = (struct arena){0};
}

/* *out is the previous snapshot, or empty; it becomes the new one. */
static int
make(struct snapshot *out, struct repo *r, const struct snapshot_options *opt,
     struct problem *p)
{
    struct snapshot fresh = {0};
    struct gather g;
    int rc = gather_init(&g, r, opt, &out->files, p);

    if (rc == 0)
        rc = attempt_all(&g, opt, p);
    if (rc == 0 && g.walk.count == 0) {
        rc = SNAPSHOT_NONE;
    } else if (rc == 0 && !g.changed) {
        rc = SNAPSHOT_UNCHANGED;
    } else if (rc == 0) {
        gather_report(&g, SNAPSHOT_COMMIT);
        take_over(&fresh, &g);
        rc = make_index(&fresh, r, opt, out->index.created + 1);
        rc = rc == 0 ? commit(&fresh, r, p)
                     : problem_errno(p, rc, "making the index");
    }
    gather_clear(&g);
    if (rc == SNAPSHOT_UNCHANGED)
        return rc;
    snapshot_clear(out);
    if (rc == 0) {
        *out = fresh;
    } else {
        snapshot_clear(&fresh);
    }
    return rc;
}

int
snapshot_make(struct snapshot *out, struct repo *r,
              const struct snapshot_options *opt, struct problem *p)
{
    const struct latest_options latest = {
        .workers = opt->workers == 0 ? SNAPSHOT_WORKERS : opt->workers,
        .cancel = opt->cancel,
        .use_cache = true,
        .check_chunks = true,
    };
    const struct snapshot_progress loading = {.step = SNAPSHOT_LOAD,
                                              .attempt = 1};
    int rc;

    *out = (struct snapshot){0};
    if (opt->on_progress != NULL)
        opt->on_progress(opt->ctx, &loading);
    rc = load_latest(out, r, &latest, p);
    if (rc < 0)
        return rc;
    return make(out, r, opt, p);
}
