/*
 * The steps of a run that write to the workspace: losers are kept, files
 * written and removed, losing documents added.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/checkout/checkout.h"
#include "services/sync-engine/checkout/sweep.h"
#include "services/sync-engine/merge/conflict_doc.h"
#include "services/sync-engine/merge/sy_doc.h"
#include "services/sync-engine/repo/path.h"
#include "services/sync-engine/run/content.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define MS_PER_S 1000

/* After a kill: no temporary file of ours stays in the workspace. */
int
run_sweep(struct run *r)
{
    struct problem p = {0};
    int rc = sweep_run(r->opt->workspace, r->opt->state_fd, &p);

    return rc < 0 ? run_forward(r, rc, &p) : 0;
}

/* ---- losers ---- */

static int
remember_conflict(struct run *r, const struct merge_change *c,
                  const struct keep_options *opt)
{
    char kept[KEEP_FOLDER_MAX + PATH_LEN_MAX] = "";
    char folder[KEEP_FOLDER_MAX];
    int rc;

    if (c->decision.history != DECIDE_NONE) {
        keep_find(folder,
                  c->decision.history == DECIDE_LOCAL ? c->versions.local
                                                      : c->versions.cloud,
                  opt);
        (void)snprintf(kept, sizeof kept, "%s%s", folder, c->path);
    }
    rc = report_add_conflict(
        &r->report, &(struct report_conflict){
                        .path = c->path,
                        .kind = decide_conflict_name(c->decision.conflict),
                        .winner = decide_side_name(c->decision.winner),
                        .kept = kept,
                    });
    return rc < 0 ? fault_errno(r->fault, rc, "cannot remember a conflict") : 0;
}

int
run_keep(struct run *r)
{
    const struct run_merge *m = &r->merge;
    const struct keep_options opt = {
        .repo = r->opt->repo,
        .workspace = r->opt->workspace,
        .state_fd = r->opt->state_fd,
        .started_ms = m->started_ms,
        .cancel = &r->opt->cancel->set,
    };
    char folder[KEEP_FOLDER_MAX];
    struct problem p = {0};
    int rc = run_should_stop(r, r->fault);

    if (rc < 0)
        return rc;
    rc = keep_run(folder, m->plan.history.files, m->plan.history.count, &opt,
                  &p);
    if (rc < 0)
        return run_forward(r, rc, &p);
    for (size_t i = 0; i < m->plan.changes.count && rc == 0; i++) {
        const struct merge_change *c = &m->plan.changes.items[i];

        if (c->decision.conflict != DECIDE_NO_CONFLICT)
            rc = remember_conflict(r, c, &opt);
    }
    return rc;
}

/* ---- files ---- */

static uint64_t
upsert_bytes(const struct merge_plan *plan)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < plan->upserts.count; i++)
        bytes += (uint64_t)plan->upserts.files[i]->size;
    return bytes;
}

uint64_t
run_checkout_units(const struct run *r)
{
    const struct merge_plan *plan = &r->merge.plan;

    return progress_units(plan->upserts.count, upsert_bytes(plan),
                          RUN_WEIGHT_CHECKOUT);
}

static void
on_checkout(void *ctx, const struct checkout_progress *now)
{
    const struct run *r = ctx;

    if (now->step != CHECKOUT_WRITE && now->step != CHECKOUT_REMOVE)
        return;
    if (now->files == 0 && now->bytes == 0) {
        const bool write = now->step == CHECKOUT_WRITE;

        progress_enter(r->opt->progress,
                       &(struct progress_phase){
                           .phase = write ? PHASE_CHECKOUT : PHASE_REMOVE,
                           .items = now->files_total,
                           .bytes = write ? now->bytes_total : 0,
                           .weight = write ? RUN_WEIGHT_CHECKOUT : 0,
                       });
    }
    progress_set(r->opt->progress, now->files, now->bytes, now->item);
}

static int
remember(struct run *r, enum report_kind kind, const struct file_record *f)
{
    int rc = report_add_change(
        &r->report, &(struct report_change){
                        .kind = kind, .path = f->path, .size = f->size});

    return rc < 0 ? fault_errno(r->fault, rc, "cannot remember a change") : 0;
}

/* What was done, also of a checkout that stopped on the way. */
static int
remember_done(struct run *r, const struct checkout_result *done)
{
    const struct merge_plan *plan = &r->merge.plan;
    int rc = 0;

    r->out->upserts += done->written;
    r->out->removes += done->removed;
    for (size_t i = 0; i < done->written && rc == 0; i++) {
        const struct file_record *f = plan->upserts.files[i];
        bool known = file_list_find(&r->snapshot.files, f->path) != NULL;

        rc = remember(r, known ? REPORT_CHANGED : REPORT_ADDED, f);
    }
    for (size_t i = 0; i < done->removed && rc == 0; i++)
        rc = remember(r, REPORT_REMOVED, plan->removes.files[i]);
    return rc;
}

/* Somebody edited what was to be replaced: look again, not for ever. */
static int
begin_again(struct run *r, const char *path)
{
    if (r->merge.again < RUN_AGAIN_MAX) {
        r->merge.again++;
        log_line(LOG_INFO, "%s was edited meanwhile: looking again", path);
        return RUN_AGAIN;
    }
    return fault_set(r->fault, CODE_BUSY_FILE,
                     "%s is edited again and again while the store's version "
                     "is to be written",
                     path);
}

static int
check_out(struct run *r)
{
    const struct run_merge *m = &r->merge;
    const struct checkout_options opt = {
        .repo = r->opt->repo,
        .workspace = r->opt->workspace,
        .state_fd = r->opt->state_fd,
        .started_ms = m->started_ms,
        .seen_at_ms = m->seen_at_ms,
        .cancel = &r->opt->cancel->set,
        .on_progress = on_checkout,
        .ctx = r,
    };
    const struct checkout_job job = {
        .seen = m->joining ? NULL : &r->snapshot.files,
        .upserts = m->plan.upserts.files,
        .upsert_count = m->plan.upserts.count,
        .removes = m->plan.removes.files,
        .remove_count = m->plan.removes.count,
        .remove_first = m->plan.remove_first,
    };
    struct checkout_result done = {0};
    struct problem p = {0};
    int rc = checkout_run(&done, &job, &opt, &p);
    int remembered = remember_done(r, &done);

    if (rc < 0)
        return run_forward(r, rc, &p);
    if (remembered < 0)
        return remembered;
    return rc == CHECKOUT_CHANGED ? begin_again(r, done.changed) : 0;
}

int
run_checkout(struct run *r)
{
    const struct merge_plan *plan = &r->merge.plan;
    int rc;

    if (plan->upserts.count + plan->removes.count == 0)
        return 0;
    rc = run_should_stop(r, r->fault);
    return rc < 0 ? rc : check_out(r);
}

/* ---- losing documents ---- */

static int
add_document(struct run *r, const struct conflict_doc *doc)
{
    const struct checkout_options opt = {.workspace = r->opt->workspace,
                                         .state_fd = r->opt->state_fd};
    const struct checkout_new file = {.path = doc->path,
                                      .content = &doc->json,
                                      .updated = (int64_t)clock_wall_ms()};
    struct problem p = {0};
    int rc = checkout_add(&file, &opt, &p);

    if (rc < 0)
        return run_forward(r, rc, &p);
    if (rc == 0)
        log_line(LOG_INFO, "conflict: the other version is now %s", doc->path);
    return 0;
}

static int
make_document(struct run *r, const struct file_record *loser)
{
    const time_t seconds = (time_t)(r->merge.started_ms / MS_PER_S);
    struct buffer json = {0};
    struct conflict_doc_source source = {.path = loser->path, .json = &json};
    struct conflict_doc doc = {0};
    struct problem p = {0};
    int rc = content_read(&json, r->opt->repo, loser, SY_DOC_LEN_MAX, &p);

    if (rc < 0) {
        buffer_clear(&json);
        return run_forward(r, rc, &p);
    }
    if (rc == 0) {
        if (getrandom(&source.seed, sizeof source.seed, 0) !=
                (ssize_t)sizeof source.seed ||
            localtime_r(&seconds, &source.when) == NULL) {
            rc = -EIO;
        } else {
            rc = conflict_doc_make(&doc, &source);
        }
    }
    if (rc < 0)
        fault_errno(r->fault, rc, "cannot make a document of %s", loser->path);
    if (rc == 0)
        rc = add_document(r, &doc);
    conflict_doc_clear(&doc);
    buffer_clear(&json);
    return rc < 0 ? rc : 0; /* too large or no document: the copy is enough */
}

/* They reach the store with the next run. */
int
run_add_conflict_docs(struct run *r)
{
    const struct merge_conflicts *conflicts = &r->merge.plan.conflicts;
    int rc = 0;

    if (!r->opt->conflict_docs)
        return 0;
    for (size_t i = 0; i < conflicts->count && rc == 0; i++) {
        const struct file_record *loser = conflicts->items[i].copy;

        if (loser != NULL && conflict_doc_is_document(loser->path))
            rc = make_document(r, loser);
    }
    return rc;
}
