/*
 * The steps of a run that send: objects, then what names them.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/runtime/clock.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/refs.h"
#include "services/sync-engine/run/upload.h"

#include <errno.h>
#include <stdio.h>

#define MEMO_MAX 64

/* Sizes of the objects of a list, for progress; their sum in *bytes. */
static int
measure(const struct run *r, struct plan_list *list, uint64_t *bytes)
{
    struct objects *objects = repo_objects(r->opt->repo);
    struct problem p = {0};

    *bytes = 0;
    for (size_t i = 0; i < list->count; i++) {
        uint64_t size = 0;
        int rc = objects_stored_size(objects, &list->objects[i].id, &size, &p);

        if (rc < 0)
            return run_forward(r, rc, &p);
        list->objects[i].size_bytes =
            size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
        *bytes += size;
    }
    return 0;
}

static void
on_sent(void *ctx, const struct plan_object *object)
{
    const struct run *r = ctx;

    progress_add(r->opt->progress, 1, object->size_bytes,
                 r->snapshot.files.files[object->file].path);
}

static int
send_list(struct run *r, const struct plan_list *list, uint64_t *objects)
{
    const struct upload_options opt = {
        .store = r->opt->store,
        .repo_dir = repo_dir(r->opt->repo),
        .workers = r->opt->workers,
        .should_stop = run_should_stop,
        .on_sent = on_sent,
        .ctx = r,
    };
    struct upload_count sent = {0};
    int rc = upload_send(&opt, list, &sent, r->fault);

    *objects += sent.objects;
    r->out->sent.bytes += sent.bytes;
    return rc;
}

int
run_make_plan(struct run *r)
{
    int rc;

    if (r->opt->mend) {
        rc = run_mend_plan(r);
        return rc < 0 ? rc : run_measure_plan(r);
    }
    if (!r->publish)
        return 0;
    rc =
        plan_make(&r->plan, &r->snapshot.files, r->cloud.files, r->cloud.count);
    if (rc < 0)
        return fault_errno(r->fault, rc, "cannot plan the upload");
    return run_measure_plan(r);
}

int
run_measure_plan(struct run *r)
{
    uint64_t chunk_bytes;
    uint64_t file_bytes = 0;
    int rc = measure(r, &r->plan.chunks, &chunk_bytes);

    if (rc == 0)
        rc = measure(r, &r->plan.files, &file_bytes);
    if (rc < 0)
        return rc;
    progress_plan(r->opt->progress,
                  run_checkout_units(r) +
                      run_send_units(r,
                                     r->plan.chunks.count + r->plan.files.count,
                                     chunk_bytes + file_bytes));
    return 0;
}

static int
send_phase(struct run *r, enum phase phase, const struct plan_list *list,
           uint64_t *objects)
{
    if (list->count == 0)
        return 0;
    progress_enter(r->opt->progress,
                   &(struct progress_phase){.phase = phase,
                                            .items = list->count,
                                            .bytes = plan_bytes(list),
                                            .weight = run_send_weight(r)});
    return send_list(r, list, objects);
}

int
run_send_chunks(struct run *r)
{
    return send_phase(r, PHASE_SEND_CHUNKS, &r->plan.chunks,
                      &r->out->sent.chunks);
}

int
run_send_files(struct run *r)
{
    const struct plan_list *list = &r->plan.files;
    int rc = send_phase(r, PHASE_SEND_FILES, list, &r->out->sent.files);

    for (size_t i = 0; i < list->count && rc == 0; i++) {
        const struct file_record *f =
            &r->snapshot.files.files[list->objects[i].file];

        rc = report_add_change(&r->report,
                               &(struct report_change){.kind = REPORT_SENT,
                                                       .path = f->path,
                                                       .size = f->size});
        if (rc < 0)
            return fault_errno(r->fault, rc, "cannot remember what was sent");
    }
    return rc;
}

/* Everything sent so far is durable before the index names it. */
int
run_flush(struct run *r)
{
    if (!r->publish && r->plan.files.count + r->plan.chunks.count == 0)
        return 0;
    progress_enter(r->opt->progress,
                   &(struct progress_phase){.phase = PHASE_SEND_INDEX,
                                            .items = RUN_INDEX_PUTS,
                                            .weight = 1});
    return store_flush(r->opt->store, r->fault);
}

/* Give the local index the fields it is published with. */
static int
stamp(struct run *r)
{
    char memo[MEMO_MAX];
    char check_index[OID_HEX_MAX];
    struct index_record index = r->snapshot.index;
    struct problem p = {0};
    struct oid random;
    uint64_t took_ms = clock_monotonic_ms() - r->started_at_ms;
    int rc = oid_random(&random);

    if (rc < 0)
        return fault_errno(r->fault, rc, "no random numbers");
    (void)snprintf(memo, sizeof memo, "%s, completed in %llu.%02llus",
                   r->merge.merged ? RUN_MEMO_MERGE : RUN_MEMO,
                   (unsigned long long)(took_ms / 1000),
                   (unsigned long long)(took_ms % 1000 / 10));
    index.memo = memo;
    index.check_index_id = oid_to_hex(&random, check_index);
    /* Readers prefer the index made last: never older than the one replaced. */
    if (!r->cloud_empty && index.created <= r->cloud.created)
        index.created = r->cloud.created + 1;
    rc = indexes_store(r->opt->repo, &index, &p);
    return rc < 0 ? run_forward(r, rc, &p) : 0;
}

int
run_send_index(struct run *r)
{
    int rc;

    if (!r->publish)
        return 0;
    rc = stamp(r);
    if (rc == 0)
        rc = remote_send_index(&r->remote, &r->snapshot.index.id, r->fault);
    progress_add(r->opt->progress, 1, 0, NULL);
    return rc;
}

/* The commit point; the last moment to find out that the lock is gone. */
int
run_send_latest(struct run *r)
{
    int rc;

    if (!r->publish)
        return 0;
    rc = run_should_stop(r, r->fault);
    if (rc == 0)
        rc = lock_keeper_check(r->keeper, r->fault);
    if (rc == 0)
        rc = remote_send_latest(&r->remote, &r->snapshot.index.id, r->fault);
    if (rc < 0)
        return rc;
    r->out->changed = true;
    r->out->has_head = true;
    r->out->head = r->snapshot.index.id;
    progress_add(r->opt->progress, 1, 0, NULL);
    return 0;
}

int
run_send_entry(struct run *r)
{
    const struct index_entry entry = {
        .id = r->snapshot.index.id,
        .system_id = r->snapshot.index.system_id,
        .system_name = r->snapshot.index.system_name,
        .system_os = r->snapshot.index.system_os,
    };
    int rc;

    if (!r->publish && !run_is_published(r))
        return 0;
    rc = remote_send_entry(&r->remote, &entry, r->fault);
    progress_add(r->opt->progress, 1, 0, NULL);
    return rc;
}

/* The base of the next comparison: only once the cloud has it. */
int
run_set_base(struct run *r)
{
    struct problem p = {0};
    int rc = refs_write(r->opt->repo, REFS_LATEST_SYNC, run_new_latest(r), &p);

    if (rc < 0)
        return run_forward(r, rc, &p);
    keep_end(r->opt->state_fd);
    return 0;
}
