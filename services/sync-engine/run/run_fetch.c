/*
 * The steps of a run that bring here what the store's snapshot names.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/sync-engine/run/listing.h"

#include <errno.h>
#include <stdlib.h>

static void
on_file(void *ctx, const struct plan_object *object)
{
    const struct run *r = ctx;

    (void)object; /* its path is known only now that it is here */
    progress_add(r->opt->progress, 1, 0, NULL);
}

static void
on_chunk(void *ctx, const struct plan_object *object)
{
    const struct run *r = ctx;

    progress_add(r->opt->progress, 1, object->size_bytes,
                 r->merge.cloud.files[object->file].path);
}

struct fetch_options
run_fetch_options(struct run *r)
{
    return (struct fetch_options){
        .store = r->opt->store,
        .repo = r->opt->repo,
        .workers = r->opt->workers,
        .key_known = r->cloud.key_check != NULL && r->cloud.key_check[0] != 0,
        .cancel = &r->opt->cancel->set,
        .should_stop = run_should_stop,
        .ctx = r,
    };
}

/* Objects are about to be written: an interrupted run is cleaned up after. */
static int
begin(const struct run *r)
{
    struct problem p = {0};
    int rc = repo_begin(r->opt->repo, &p);

    return rc < 0 ? run_forward(r, rc, &p) : 0;
}

static void
drop_missing(struct run *r)
{
    free(r->merge.missing.objects);
    r->merge.missing = (struct plan_list){0};
}

static int
fetch_missing_files(struct run *r)
{
    struct fetch_options opt = run_fetch_options(r);
    struct fetch_count got = {0};
    struct problem p = {0};
    struct plan_list *missing = &r->merge.missing;
    int rc =
        fetch_find_files(missing, r->opt->repo, &r->merge.differ.cloud, &p);

    if (rc < 0)
        return run_forward(r, rc, &p);
    if (missing->count == 0)
        return 0;
    opt.on_fetched = on_file;
    run_enter(r, PHASE_FETCH_FILES, missing->count);
    rc = begin(r);
    if (rc == 0)
        rc = fetch_files(&opt, missing, &got, r->fault);
    r->out->received.files += got.objects;
    r->out->received.bytes += got.bytes;
    return rc;
}

/* Have the file objects that differ, and their list. */
int
run_fetch_files(struct run *r)
{
    const struct listing_source source = {.index = &r->merge.differ.cloud,
                                          .known = &r->merge.differ.local,
                                          .workers = r->opt->workers,
                                          .cancel = &r->opt->cancel->set};
    struct problem p = {0};
    int rc;

    if (r->cloud_empty)
        return 0;
    rc = fetch_missing_files(r);
    drop_missing(r);
    if (rc < 0)
        return rc;
    rc = listing_load(&r->merge.cloud, r->opt->repo, &source, &p);
    return rc < 0 ? run_forward(r, rc, &p) : 0;
}

static int
fetch_missing_chunks(struct run *r)
{
    const struct plan_list *missing = &r->merge.missing;
    const struct progress_phase phase = {
        .phase = PHASE_FETCH_CHUNKS,
        .items = missing->count,
        .bytes = plan_bytes(missing),
        .weight = run_send_weight(r),
    };
    struct fetch_options opt = run_fetch_options(r);
    struct fetch_count got = {0};
    int rc;

    opt.on_fetched = on_chunk;
    /* What comes is written to the workspace, too. */
    progress_plan(
        r->opt->progress,
        progress_units(phase.items, phase.bytes, phase.weight) +
            progress_units(phase.items, phase.bytes, RUN_WEIGHT_CHECKOUT));
    progress_enter(r->opt->progress, &phase);
    rc = begin(r);
    if (rc == 0)
        rc = fetch_chunks(&opt, missing, &got, r->fault);
    r->out->received.chunks += got.objects;
    r->out->received.bytes += got.bytes;
    return rc;
}

int
run_fetch_listed_chunks(struct run *r)
{
    int rc = r->merge.missing.count > 0 ? fetch_missing_chunks(r) : 0;

    drop_missing(r);
    return rc;
}

/* Have every chunk of them: to write files, to keep losers, to pass it on. */
int
run_fetch_chunks(struct run *r)
{
    struct problem p = {0};
    int rc =
        fetch_find_chunks(&r->merge.missing, r->opt->repo, &r->merge.cloud, &p);

    return rc < 0 ? run_forward(r, rc, &p) : run_fetch_listed_chunks(r);
}
