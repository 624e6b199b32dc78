/*
 * The step of a run that makes sure of ids: one that this device and the store
 * have, and the base has not, must mean one content on both sides.
 *
 * A file's id is made of its path and second (3.4).  Two devices that edit one
 * path in one second make one id for two contents, and nothing that compares
 * ids would ever see it (10.1, 3).  Ours gets another second then; the run
 * begins again and finds a conflict as any other.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/runtime/log.h"
#include "services/sync-engine/checkout/data.h"
#include "services/sync-engine/checkout/younger.h"
#include "services/sync-engine/repo/oid_set.h"

#include <errno.h>
#include <stdlib.h>

/* Files of differ.local whose ids are in differ.cloud, too. */
static int
find_rivals(const struct run *r, struct plan_list *out)
{
    const struct difference *d = &r->merge.differ;
    struct oid_set theirs = {0};
    int rc = 0;

    *out = (struct plan_list){0};
    for (size_t i = 0; rc >= 0 && i < d->cloud.count; i++)
        rc = oid_set_add(&theirs, &d->cloud.files[i]);
    if (rc >= 0)
        out->objects = calloc(d->local.count + 1, sizeof *out->objects);
    for (size_t i = 0; out->objects != NULL && i < d->local.count; i++) {
        const struct oid *id = &d->local.files[i].id;

        if (oid_set_has(&theirs, id)) {
            out->objects[out->count++] =
                (struct plan_object){.id = *id, .file = (uint32_t)i};
        }
    }
    oid_set_clear(&theirs);
    return out->objects != NULL
               ? 0
               : fault_errno(r->fault, -ENOMEM, "cannot compare file ids");
}

static void
on_compared(void *ctx, const struct plan_object *object)
{
    const struct run *r = ctx;

    progress_add(r->opt->progress, 1, 0,
                 r->merge.differ.local.files[object->file].path);
}

static int
compare(struct run *r, const struct plan_list *rivals,
        const struct fetch_rivals *both)
{
    struct fetch_options opt = run_fetch_options(r);
    struct problem p = {0};
    int rc;

    opt.on_fetched = on_compared;
    run_enter(r, PHASE_FETCH_FILES, rivals->count);
    rc = repo_begin(r->opt->repo, &p);
    if (rc < 0)
        return run_forward(r, rc, &p);
    return fetch_rivals(&opt, rivals, both, r->fault);
}

/* A dry run touches nothing: our record alone gets the second. */
static int
pretend(const struct run *r, struct file_record *ours)
{
    int rc;

    ours->updated += 1000;
    rc = oid_of_file(&ours->id, ours->path, ours->updated);
    return rc < 0 ? fault_errno(r->fault, rc, "%s", ours->path) : 0;
}

static int
part(const struct run *r, const struct data *data, struct file_record *ours)
{
    struct problem p = {0};
    int rc;

    if (r->opt->dry_run)
        return pretend(r, ours);
    log_line(LOG_INFO,
             "%s was edited here and elsewhere in the same second: ours is "
             "made a second younger",
             ours->path);
    rc = younger_make(data->fd, data->name, ours, &p);
    return rc < 0 ? run_forward(r, rc, &p) : 0;
}

static int
part_all(struct run *r, const bool *differs)
{
    struct file_list *ours = &r->merge.differ.local;
    struct data data;
    struct problem p = {0};
    bool again = false;
    int rc = data_open(&data, r->opt->workspace, &p);

    if (rc < 0)
        (void)run_forward(r, rc, &p);
    for (size_t i = 0; rc == 0 && i < ours->count; i++) {
        if (!differs[i])
            continue;
        rc = part(r, &data, &ours->files[i]);
        again = !r->opt->dry_run;
    }
    data_close(&data);
    return rc == 0 && again ? RUN_AGAIN : rc;
}

static int
compare_and_part(struct run *r, const struct plan_list *rivals)
{
    const struct file_list *ours = &r->merge.differ.local;
    bool *differs = calloc(ours->count + 1, sizeof *differs);
    int rc;

    if (differs == NULL)
        return fault_errno(r->fault, -ENOMEM, "cannot compare files");
    rc =
        compare(r, rivals,
                &(const struct fetch_rivals){.ours = ours, .differs = differs});
    if (rc == 0)
        rc = part_all(r, differs);
    free(differs);
    return rc;
}

int
run_agree(struct run *r)
{
    struct plan_list rivals;
    int rc;

    if (r->cloud_empty)
        return 0;
    rc = find_rivals(r, &rivals);
    if (rc == 0 && rivals.count > 0)
        rc = compare_and_part(r, &rivals);
    free(rivals.objects);
    return rc;
}
