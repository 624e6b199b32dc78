/*
 * The steps of a run that find out what is left to look at: the base, and
 * what it, this device and the store do not have in common.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/refs.h"
#include "services/sync-engine/run/listing.h"

#include <errno.h>

/* It is often one of the two that are in memory. */
static int
load_base(struct run *r, const struct oid *id, struct problem *p)
{
    struct run_merge *m = &r->merge;

    if (oid_equal(id, &r->snapshot.index.id)) {
        m->base = r->snapshot.index;
        return 0;
    }
    if (!r->cloud_empty && oid_equal(id, &r->cloud_id)) {
        m->base = r->cloud;
        return 0;
    }
    return indexes_load(r->opt->repo, id, &m->base, &m->base_arena, p);
}

/*
 * What the last sync left.  Without it every file counts as new on both
 * sides: nothing is removed then, at worst there is a conflict more.
 */
static int
forget_base(struct run *r, int rc, const struct problem *p)
{
    r->merge.has_base = false;
    if (rc < 0 && p->kind == PROBLEM_CANCELLED)
        return run_forward(r, rc, p);
    if (rc < 0) {
        log_line(LOG_WARN, "the snapshot of the last sync cannot be read: "
                           "syncing as if for the first time");
    }
    return 0;
}

static int
find_base(struct run *r)
{
    struct problem p = {0};
    struct oid id;
    int rc;

    if (r->merge.first)
        return 0;
    rc = refs_read(r->opt->repo, REFS_LATEST_SYNC, &id, &p);
    if (rc == 0)
        rc = load_base(r, &id, &p);
    if (rc != 0)
        return forget_base(r, rc, &p);
    r->merge.has_base = true;
    return 0;
}

int
run_differ(struct run *r)
{
    struct run_merge *m = &r->merge;
    int rc = find_base(r);

    if (rc < 0)
        return rc;
    rc = difference_find(&m->differ, &r->snapshot.files, &r->cloud,
                         m->has_base ? &m->base : NULL);
    return rc < 0 ? fault_errno(r->fault, rc, "cannot compare snapshots") : 0;
}

int
run_list_base(struct run *r)
{
    struct run_merge *m = &r->merge;
    const struct listing_source source = {.index = &m->differ.base,
                                          .known = &m->differ.local,
                                          .workers = r->opt->workers,
                                          .cancel = &r->opt->cancel->set};
    struct problem p = {0};
    int rc;

    if (!m->has_base)
        return 0;
    rc = listing_load(&m->base_files, r->opt->repo, &source, &p);
    return rc < 0 ? forget_base(r, rc, &p) : 0;
}
