/*
 * The step of a run that decides: base, what is here and what the store has
 * become a plan, and the plan is looked at before anything follows from it.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/runtime/log.h"
#include "services/sync-engine/merge/fold.h"
#include "services/sync-engine/merge/guard.h"
#include "services/sync-engine/merge/outcome.h"
#include "services/sync-engine/merge/sy_doc.h"
#include "services/sync-engine/merge/twins.h"
#include "services/sync-engine/run/content.h"

#include <errno.h>

#define TWINS_SAID_MAX 10 /* pairs named in the log */

/* ---- what needs the content of files ---- */

/* Content that cannot be had is content we know nothing about. */
static int
ask_fold(void *ctx, const struct file_record *base,
         const struct file_record *local)
{
    const struct run *r = ctx;
    struct problem p = {0};
    struct buffer before = {0};
    struct buffer after = {0};
    int rc = content_read(&before, r->opt->repo, base, SY_DOC_LEN_MAX, &p);

    if (rc == 0)
        rc = content_read(&after, r->opt->repo, local, SY_DOC_LEN_MAX, &p);
    rc = rc != 0 ? 0 : fold_compare(&before, &after);
    buffer_clear(&before);
    buffer_clear(&after);
    return rc == FOLD_ONLY ? 1 : rc;
}

/* Files the other side merely stopped to sync are not removed here. */
static int
filter_removes(struct run *r, const struct merge_input *in)
{
    const struct file_record *theirs = merge_new_ignore(in);
    struct buffer text = {0};
    struct ignore *ignore = NULL;
    struct problem p = {0};
    int rc;

    if (theirs == NULL || r->merge.plan.removes.count == 0)
        return 0;
    rc = content_read(&text, r->opt->repo, theirs, IGNORE_TEXT_MAX, &p);
    if (rc < 0) {
        buffer_clear(&text);
        return run_forward(r, rc, &p);
    }
    rc = rc == CONTENT_TOO_LARGE
             ? -E2BIG
             : ignore_new(&ignore, (const char *)text.data, text.len);
    if (rc == 0)
        rc = merge_filter_removes(&r->merge.plan, ignore);
    ignore_free(ignore);
    buffer_clear(&text);
    return rc == 0 ? 0
                   : fault_errno(r->fault, rc,
                                 "cannot apply the store's %s to what is to "
                                 "be removed",
                                 theirs->path);
}

/* ---- is it safe? ---- */

int
run_guard(const struct run *r)
{
    size_t removes = r->merge.plan.removes.count;
    size_t files = r->snapshot.files.count;

    if (!guard_is_mass_delete(removes, files, r->opt->max_delete))
        return 0;
    return fault_set(r->fault, CODE_MASS_DELETE,
                     "the store's snapshot removes %zu of %zu files here, "
                     "more than --max-delete %u percent",
                     removes, files, r->opt->max_delete);
}

static void
say_twins(const struct twins *t)
{
    for (size_t i = 0; i < t->count && i < TWINS_SAID_MAX; i++) {
        log_line(LOG_WARN, "%s and %s %s", t->pairs[i].a->path,
                 t->pairs[i].b->path, twins_reason(t->pairs[i].kind));
    }
    if (t->count > TWINS_SAID_MAX) {
        log_line(LOG_WARN, "%zu more pairs of such files",
                 t->count - TWINS_SAID_MAX);
    }
}

/* Reported, never dropped: a file left out would be deleted elsewhere. */
static int
look_for_twins(const struct run *r, const struct merge_input *in)
{
    const struct merge_input whole = {
        .local = r->merge.joining ? NULL : &r->snapshot.files,
        .cloud = in->cloud,
    };
    struct file_list after = {0};
    struct twins twins = {0};
    int rc;

    if (r->merge.plan.upserts.count == 0)
        return 0;
    rc = outcome_list(&after, &whole, &r->merge.plan);
    if (rc == 0)
        rc = twins_find(&twins, &after);
    if (rc == 0)
        say_twins(&twins);
    twins_clear(&twins);
    file_list_clear(&after);
    return rc == 0 ? 0 : fault_errno(r->fault, rc, "cannot compare file names");
}

/* ---- the step ---- */

static int
make_plan(struct run *r, const struct merge_input *in)
{
    struct merge_plan *plan = &r->merge.plan;
    int rc = r->opt->direction == RUN_DOWNLOAD ? merge_download(plan, in)
                                               : merge_both(plan, in);

    if (rc < 0)
        return fault_errno(r->fault, rc, "cannot plan the merge");
    if (r->opt->direction == RUN_BOTH)
        rc = filter_removes(r, in);
    return rc;
}

/* What all three have in common is left out: nobody has to decide about it. */
int
run_merge(struct run *r)
{
    struct run_merge *m = &r->merge;
    struct merge_input in = {
        .local = m->joining ? NULL : &m->differ.local,
        .cloud = r->cloud_empty ? NULL : &m->cloud,
        .fold = {.ask = ask_fold, .ctx = r},
    };
    int rc = run_list_base(r);

    in.base = m->has_base ? &m->base_files : NULL;
    if (rc == 0)
        rc = make_plan(r, &in);
    if (rc == 0 && !r->opt->dry_run)
        rc = run_guard(r);
    if (rc == 0)
        rc = look_for_twins(r, &in);
    if (rc < 0)
        return rc;
    m->settled = settle(&(struct settle_input){
        .data_changed = merge_data_changed(&m->plan),
        .local_changed = m->plan.local_changed,
        .cloud_empty = r->cloud_empty,
        .joining = m->joining,
        .download_only = r->opt->direction == RUN_DOWNLOAD,
    });
    r->publish = m->settled.publish;
    return 0;
}
