#include "tests/support/fleet.h"

#include "services/sync-engine/merge/merge.h"
#include "services/sync-engine/merge/outcome.h"
#include "services/sync-engine/merge/settle.h"
#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void
add(struct file_list *l, const struct file_record *f)
{
    assert_int_equal(file_list_add(l, f), 0);
}

void
fleet_copy(struct file_list *to, const struct file_list *from)
{
    struct file_list copy = {0};

    for (size_t i = 0; i < from->count; i++)
        add(&copy, &from->files[i]);
    file_list_clear(to);
    *to = copy;
}

static void
set_index(struct fleet_index *to, const struct fleet_index *from)
{
    if (to == from)
        return;
    fleet_copy(&to->files, &from->files);
    to->id = from->id;
}

void
fleet_remove(struct fleet_device *d, const char *path)
{
    struct file_record *f = file_list_find(&d->disk, path);
    size_t at;

    if (f == NULL)
        return;
    at = (size_t)(f - d->disk.files);
    memmove(f, f + 1, (d->disk.count - at - 1) * sizeof *f);
    d->disk.count--;
}

void
fleet_write(struct fleet_device *d, const char *path, const char *content,
            int64_t updated_ms)
{
    fleet_remove(d, path);
    files_add(&d->disk, path, content, updated_ms);
    file_list_sort(&d->disk);
}

void
fleet_touch(struct fleet_device *d, const char *path, int64_t updated_ms)
{
    struct file_record *f = file_list_find(&d->disk, path);

    if (f == NULL)
        return;
    f->updated = updated_ms;
    assert_int_equal(oid_of_file(&f->id, f->path, updated_ms), 0);
}

static bool
is_unchanged(const struct file_record *before, const struct file_record *now)
{
    return before != NULL && decide_same_time(before, now);
}

/* Section 5: a new index only if a path or a second is new.  Of files that
 * are unchanged the record stays the old one. */
static int
snapshot(struct fleet *f, struct fleet_device *d)
{
    struct file_list now = {0};
    bool changed = d->latest.id == 0 || d->latest.files.count != d->disk.count;

    if (d->disk.count == 0)
        return FLEET_EMPTY;
    for (size_t i = 0; i < d->disk.count; i++) {
        const struct file_record *here = &d->disk.files[i];
        const struct file_record *before =
            file_list_find(&d->latest.files, here->path);
        bool same = is_unchanged(before, here);

        changed = changed || !same;
        add(&now, same ? before : here);
    }
    if (!changed) {
        file_list_clear(&now);
        return 0;
    }
    file_list_clear(&d->latest.files);
    d->latest = (struct fleet_index){++f->last_id, now};
    return 0;
}

static void
write_version(struct fleet_device *d, const struct file_record *f)
{
    fleet_remove(d, f->path);
    add(&d->disk, f);
    file_list_sort(&d->disk);
}

static void
carry_out(struct fleet_device *d, const struct merge_plan *p)
{
    for (size_t i = 0; i < p->history.count; i++)
        add(&d->history, p->history.files[i]);
    for (size_t i = 0; i < p->remove_first; i++)
        fleet_remove(d, p->removes.files[i]->path);
    for (size_t i = 0; i < p->upserts.count; i++)
        write_version(d, p->upserts.files[i]);
    for (size_t i = p->remove_first; i < p->removes.count; i++)
        fleet_remove(d, p->removes.files[i]->path);
}

static void
fill_result(struct fleet_result *r, const struct merge_plan *p)
{
    r->upserts = p->upserts.count;
    r->removes = p->removes.count;
    r->conflicts = p->conflicts.count;
    r->history = p->history.count;
    for (size_t i = 0; i < p->conflicts.count; i++)
        r->copies += p->conflicts.items[i].copy != NULL;
    if (p->conflicts.count == 0)
        return;
    r->kind = p->conflicts.items[0].kind;
    r->winner = p->conflicts.items[0].winner;
}

/* Is this version on the disk or among the device's copies? */
static bool
is_kept(const struct fleet_device *d, const struct file_record *f)
{
    if (decide_same(file_list_find(&d->disk, f->path), f))
        return true;
    for (size_t i = d->history.count; i-- > 0;) {
        if (strcmp(d->history.files[i].path, f->path) == 0 &&
            decide_same(&d->history.files[i], f))
            return true;
    }
    return false;
}

/* An edit is what the last sync did not know. */
static bool
keeps_edits(const struct fleet_device *d, const struct file_list *versions,
            const struct file_list *base)
{
    for (size_t i = 0; i < versions->count; i++) {
        const struct file_record *f = &versions->files[i];

        if (!decide_same(file_list_find(base, f->path), f) && !is_kept(d, f))
            return false;
    }
    return true;
}

static bool
let_winners_win(const struct fleet_device *d, const struct merge_plan *p)
{
    for (size_t i = 0; i < p->conflicts.count; i++) {
        const struct merge_conflict *c = &p->conflicts.items[i];
        const struct file_record *winner =
            c->winner == DECIDE_LOCAL ? c->versions.local : c->versions.cloud;

        if (!decide_same(file_list_find(&d->disk, c->path), winner))
            return false;
    }
    return true;
}

static bool
is_outcome(const struct fleet_device *d, const struct merge_input *in,
           const struct merge_plan *p)
{
    struct file_list l;
    bool same;

    assert_int_equal(outcome_list(&l, in, p), 0);
    same = fleet_is_equal(&l, &d->disk);
    file_list_clear(&l);
    return same;
}

static const char *
find_broken(const struct fleet_device *d, const struct merge_input *in,
            const struct merge_plan *p)
{
    if (!is_outcome(d, in, p))
        return "the disk is not the outcome that was foreseen";
    if (!let_winners_win(d, p))
        return "the winner of a conflict is not on the disk";
    if (in->local != NULL && !keeps_edits(d, in->local, &d->base.files))
        return "an edit made here is lost";
    if (in->cloud != NULL && !keeps_edits(d, in->cloud, &d->base.files))
        return "an edit from the cloud is lost";
    return NULL;
}

static void
finish(struct fleet *f, struct fleet_device *d, struct settlement s,
       struct fleet_result *r)
{
    if (s.latest == SETTLE_MERGED) {
        (void)snapshot(f, d);
    } else if (s.latest == SETTLE_CLOUD) {
        set_index(&d->latest, &f->cloud);
    }
    if (s.publish)
        set_index(&f->cloud, &d->latest);
    r->published = s.publish;
    set_index(&d->base, &d->latest);
}

static const struct file_list *
list_of(const struct fleet_index *i)
{
    return i->id != 0 ? &i->files : NULL;
}

static void
merge_and_finish(struct fleet *f, struct fleet_device *d, bool download,
                 struct fleet_result *r, const char **broken)
{
    struct merge_input in = {
        .base = list_of(&d->base),
        .local = list_of(&d->latest),
        .cloud = list_of(&f->cloud),
    };
    struct merge_plan p;
    int rc = download ? merge_download(&p, &in) : merge_both(&p, &in);

    assert_int_equal(rc, 0);
    carry_out(d, &p);
    fill_result(r, &p);
    *broken = find_broken(d, &in, &p);
    finish(f, d,
           settle(&(struct settle_input){
               .data_changed = merge_data_changed(&p),
               .local_changed = p.local_changed,
               .cloud_empty = f->cloud.id == 0,
               .joining = d->latest.id == 0,
               .download_only = download,
           }),
           r);
    merge_plan_clear(&p);
    if (*broken == NULL && !fleet_is_equal(&d->disk, &f->cloud.files))
        *broken = "after a sync the disk is not what the store has";
}

int
fleet_sync(struct fleet *f, int number, enum fleet_direction direction,
           struct fleet_result *out, const char **broken)
{
    struct fleet_device *d = &f->devices[number];
    bool joining = d->latest.id == 0 && d->disk.count == 0;

    *out = (struct fleet_result){0};
    *broken = NULL;
    if (joining && (f->cloud.id == 0 || direction == FLEET_UPLOAD))
        return FLEET_EMPTY;
    if (!joining && snapshot(f, d) != 0)
        return FLEET_EMPTY;
    if (d->latest.id == f->cloud.id) {
        set_index(&d->base, &d->latest);
        return 0;
    }
    if (direction == FLEET_DOWNLOAD && f->cloud.id == 0)
        return 0;
    if (direction == FLEET_UPLOAD) {
        set_index(&f->cloud, &d->latest);
        set_index(&d->base, &d->latest);
        out->published = true;
        return 0;
    }
    merge_and_finish(f, d, direction == FLEET_DOWNLOAD, out, broken);
    return 0;
}

void
fleet_lose_cloud(struct fleet *f)
{
    file_list_clear(&f->cloud.files);
    f->cloud.id = 0;
}

bool
fleet_is_equal(const struct file_list *a, const struct file_list *b)
{
    if (a->count != b->count || a->files == NULL || b->files == NULL)
        return a->count == b->count;
    for (size_t i = 0; i < a->count; i++) {
        const struct file_record *x = &a->files[i];
        const struct file_record *y = &b->files[i];

        if (strcmp(x->path, y->path) != 0 || !decide_same(x, y) ||
            !decide_same_time(x, y))
            return false;
    }
    return true;
}

void
fleet_clear(struct fleet *f)
{
    for (int i = 0; i < FLEET_DEVICES; i++) {
        file_list_clear(&f->devices[i].disk);
        file_list_clear(&f->devices[i].history);
        file_list_clear(&f->devices[i].latest.files);
        file_list_clear(&f->devices[i].base.files);
    }
    file_list_clear(&f->cloud.files);
    *f = (struct fleet){0};
}
