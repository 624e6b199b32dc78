/*
 * The steps of a run that decide what the latest snapshot is, once the
 * workspace is written (6.9).
 */
#include "services/sync-engine/run/run_state.h"

#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/latest.h"
#include "services/sync-engine/repo/refs.h"
#include "services/sync-engine/run/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A snapshot of both, when both sides have something. */
int
run_make_merged(struct run *r)
{
    struct run_merge *m = &r->merge;
    int rc;

    if (m->settled.latest != SETTLE_MERGED)
        return 0;
    /* The plan points into the old one. */
    m->before = r->snapshot;
    r->snapshot = (struct snapshot){0};
    r->attempt = 0;
    m->merged = true;
    rc = run_snapshot_again(r);
    return rc < 0 ? rc : 0;
}

/* Ids the store has by now: its snapshot's, and what was sent before. */
static struct oid *
list_sent(const struct run *r, size_t *count)
{
    const struct file_list *before = &r->merge.before.files;
    struct oid *ids = calloc(r->cloud.count + before->count + 1, sizeof *ids);

    *count = 0;
    if (ids == NULL)
        return NULL;
    if (r->cloud.count > 0)
        memcpy(ids, r->cloud.files, r->cloud.count * sizeof *ids);
    *count = r->cloud.count;
    for (size_t i = 0; i < before->count; i++)
        ids[(*count)++] = before->files[i].id;
    return ids;
}

int
run_plan_merged(struct run *r)
{
    struct oid *sent;
    size_t count;
    int rc;

    plan_clear(&r->plan);
    if (!r->merge.merged || !r->publish)
        return 0;
    sent = list_sent(r, &count);
    rc = sent == NULL ? -ENOMEM
                      : plan_make(&r->plan, &r->snapshot.files, sent, count);
    free(sent);
    if (rc < 0)
        return fault_errno(r->fault, rc, "cannot plan the upload");
    return run_measure_plan(r);
}

/* The store's snapshot becomes ours. */
static int
adopt(struct run *r, struct problem *p)
{
    struct file_list ordered;
    int rc = indexes_store(r->opt->repo, &r->cloud, p);

    if (rc < 0)
        return rc;
    rc =
        listing_order(&ordered, &r->cloud, &r->snapshot.files, &r->merge.cloud);
    if (rc < 0)
        return problem_errno(p, rc, "listing the store's snapshot");
    rc = latest_store(r->opt->repo, &r->cloud_id, &ordered, p);
    free(ordered.files);
    if (rc == 0)
        rc = refs_write(r->opt->repo, REFS_LATEST, &r->cloud_id, p);
    return rc;
}

/* The workspace is written, the store knows: now the local ref says so. */
int
run_set_latest(struct run *r)
{
    struct problem p = {0};
    int rc = repo_flush(r->opt->repo, &p);

    if (rc == 0 && r->merge.settled.latest == SETTLE_CLOUD)
        rc = adopt(r, &p);
    if (rc < 0)
        return run_forward(r, rc, &p);
    repo_end(r->opt->repo);
    return 0;
}
