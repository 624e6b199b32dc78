#include "services/sync-engine/merge/merge.h"

#include "services/sync-engine/merge/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A walk over the three sorted lists yields the changes; the other lists of a
 * plan are made from them.  What is decided about one path depends on nothing
 * but its three versions.
 */

#define FIRST_CHANGES 64

struct cursor {
    const struct file_list *list; /* NULL: empty */
    size_t at;
};

struct walk {
    struct cursor base;
    struct cursor local;
    struct cursor cloud;
};

static const char *
path_at(const struct cursor *c)
{
    if (c->list == NULL || c->at >= c->list->count)
        return NULL;
    return c->list->files[c->at].path;
}

/* The lower of two paths; NULL is above all. */
static const char *
lower(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    return strcmp(a, b) <= 0 ? a : b;
}

static const struct file_record *
take(struct cursor *c, const char *path)
{
    const struct file_record *f = NULL;
    const char *here = path_at(c);

    while (here != NULL && strcmp(here, path) == 0) {
        f = &c->list->files[c->at++];
        here = path_at(c);
    }
    return f;
}

/* The versions of the next path, or false at the end. */
static bool
next(struct walk *w, struct decide_versions *v, const char **path)
{
    *path =
        lower(path_at(&w->base), lower(path_at(&w->local), path_at(&w->cloud)));
    if (*path == NULL)
        return false;
    v->base = take(&w->base, *path);
    v->local = take(&w->local, *path);
    v->cloud = take(&w->cloud, *path);
    return true;
}

static int
add_change(struct merge_changes *l, size_t *cap, const struct merge_change *c)
{
    if (l->count == *cap) {
        size_t grown = *cap == 0 ? FIRST_CHANGES : *cap * 2;
        struct merge_change *items =
            reallocarray(l->items, grown, sizeof *items);

        if (items == NULL)
            return -ENOMEM;
        l->items = items;
        *cap = grown;
    }
    l->items[l->count++] = *c;
    return 0;
}

static enum merge_action
action_of(const struct decision *d, const struct decide_versions *v)
{
    if (d->winner != DECIDE_CLOUD)
        return MERGE_KEEP;
    if (v->cloud == NULL)
        return MERGE_REMOVE;
    if (decide_same(v->local, v->cloud) && decide_same_time(v->local, v->cloud))
        return MERGE_KEEP;
    return MERGE_UPSERT;
}

static int
walk_both(struct merge_plan *p, const struct merge_input *in)
{
    struct walk w = {
        .base.list = in->base,
        .local.list = in->local,
        .cloud.list = in->cloud != NULL ? in->cloud : in->local,
    };
    struct merge_change c = {0};
    size_t cap = 0;
    int rc = 0;

    while (rc == 0 && next(&w, &c.versions, &c.path)) {
        rc = decide(&c.decision, &c.versions, &in->fold);
        if (rc != 0)
            break;
        c.action = action_of(&c.decision, &c.versions);
        if (c.decision.publish ||
            decide_delta(c.versions.base, c.versions.local) != DECIDE_UNCHANGED)
            p->local_changed = true;
        if (c.decision.winner != DECIDE_NONE)
            rc = add_change(&p->changes, &cap, &c);
    }
    return rc;
}

/* Path and second are all a download compares (6.10). */
static bool
is_same_file(const struct file_record *a, const struct file_record *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return decide_same_time(a, b);
}

static void
decide_download(struct merge_change *c)
{
    const struct decide_versions *v = &c->versions;
    bool edited = v->local != NULL && !is_same_file(v->base, v->local);

    c->action = MERGE_KEEP;
    c->decision = (struct decision){0};
    if (is_same_file(v->local, v->cloud))
        return;
    c->action = v->cloud != NULL ? MERGE_UPSERT : MERGE_REMOVE;
    c->decision.winner = DECIDE_CLOUD;
    c->decision.rule = DECIDE_RULE_DOWNLOAD;
    if (!edited)
        return;
    c->decision.history = DECIDE_LOCAL;
    c->decision.conflict = v->cloud != NULL ? DECIDE_LOCAL_UPSERT_CLOUD_UPSERT
                                            : DECIDE_LOCAL_UPSERT_CLOUD_REMOVE;
}

static int
walk_download(struct merge_plan *p, const struct merge_input *in)
{
    struct walk w = {
        .base.list = in->base,
        .local.list = in->local,
        .cloud.list = in->cloud,
    };
    struct merge_change c = {0};
    size_t cap = 0;
    int rc = 0;

    while (rc == 0 && next(&w, &c.versions, &c.path)) {
        decide_download(&c);
        if (!is_same_file(c.versions.base, c.versions.local))
            p->local_changed = true;
        if (c.action != MERGE_KEEP)
            rc = add_change(&p->changes, &cap, &c);
    }
    return rc;
}

static const struct file_record *
version_of(const struct decide_versions *v, enum decide_side side)
{
    if (side == DECIDE_NONE)
        return NULL;
    return side == DECIDE_LOCAL ? v->local : v->cloud;
}

static int
allocate_lists(struct merge_plan *p)
{
    size_t upserts = 0;
    size_t removes = 0;
    size_t history = 0;
    size_t conflicts = 0;

    for (size_t i = 0; i < p->changes.count; i++) {
        const struct merge_change *c = &p->changes.items[i];

        upserts += c->action == MERGE_UPSERT;
        removes += c->action == MERGE_REMOVE;
        history += c->decision.history != DECIDE_NONE;
        conflicts += c->decision.conflict != DECIDE_NO_CONFLICT;
    }
    p->upserts.files = calloc(upserts + 1, sizeof(void *));
    p->removes.files = calloc(removes + 1, sizeof(void *));
    p->history.files = calloc(history + 1, sizeof(void *));
    p->conflicts.items = calloc(conflicts + 1, sizeof *p->conflicts.items);
    if (p->upserts.files == NULL || p->removes.files == NULL ||
        p->history.files == NULL || p->conflicts.items == NULL)
        return -ENOMEM;
    return 0;
}

static void
add_file(struct merge_files *l, const struct file_record *f)
{
    l->files[l->count++] = f;
}

static void
add_conflict(struct merge_conflicts *l, const struct merge_change *c)
{
    enum decide_side loser =
        c->decision.winner == DECIDE_CLOUD ? DECIDE_LOCAL : DECIDE_CLOUD;

    l->items[l->count++] = (struct merge_conflict){
        .path = c->path,
        .kind = c->decision.conflict,
        .winner = c->decision.winner,
        .versions = c->versions,
        .copy = version_of(&c->versions, loser),
    };
}

static void
fill_lists(struct merge_plan *p)
{
    for (size_t i = 0; i < p->changes.count; i++) {
        const struct merge_change *c = &p->changes.items[i];

        if (c->action == MERGE_UPSERT)
            add_file(&p->upserts, c->versions.cloud);
        if (c->action == MERGE_REMOVE)
            add_file(&p->removes, c->versions.local);
        if (c->decision.history != DECIDE_NONE) {
            add_file(&p->history,
                     version_of(&c->versions, c->decision.history));
        }
        if (c->decision.conflict != DECIDE_NO_CONFLICT)
            add_conflict(&p->conflicts, c);
    }
}

/* Bring the removes that are in an upsert's way to the front; the order of
 * the paths holds within both parts.  Upserts are still in that order. */
static int
lead_with_blocking(struct merge_plan *p)
{
    const struct file_record **sorted =
        calloc(p->removes.count + 1, sizeof(void *));
    struct merge_files later = {.files = sorted};

    if (sorted == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < p->removes.count; i++) {
        const struct file_record *f = p->removes.files[i];

        if (order_is_in_way(f->path, p->upserts.files, p->upserts.count)) {
            p->removes.files[p->remove_first++] = f;
        } else {
            add_file(&later, f);
        }
    }
    memcpy(p->removes.files + p->remove_first, later.files,
           later.count * sizeof(void *));
    free(sorted);
    return 0;
}

static int
by_write_order(const void *a, const void *b)
{
    const struct file_record *const *x = a;
    const struct file_record *const *y = b;

    return order_compare((*x)->path, (*y)->path);
}

static int
make_lists(struct merge_plan *p)
{
    int rc = allocate_lists(p);

    if (rc != 0)
        return rc;
    fill_lists(p);
    rc = lead_with_blocking(p);
    if (rc == 0) {
        qsort(p->upserts.files, p->upserts.count, sizeof(void *),
              by_write_order);
    }
    return rc;
}

static int
finish(struct merge_plan *out, struct merge_plan *p, int rc)
{
    if (rc == 0)
        rc = make_lists(p);
    if (rc != 0)
        merge_plan_clear(p);
    *out = *p;
    return rc;
}

int
merge_both(struct merge_plan *out, const struct merge_input *in)
{
    struct merge_plan p = {0};

    return finish(out, &p, walk_both(&p, in));
}

int
merge_download(struct merge_plan *out, const struct merge_input *in)
{
    struct merge_plan p = {0};

    return finish(out, &p, in->cloud == NULL ? 0 : walk_download(&p, in));
}

bool
merge_data_changed(const struct merge_plan *p)
{
    return p->upserts.count > 0 || p->removes.count > 0 ||
           p->conflicts.count > 0;
}

void
merge_plan_clear(struct merge_plan *p)
{
    if (p == NULL)
        return;
    free(p->upserts.files);
    free(p->removes.files);
    free(p->history.files);
    free(p->conflicts.items);
    free(p->changes.items);
    *p = (struct merge_plan){0};
}
