/*
 * What an upload does besides that somebody ordered over the bus: it makes a
 * damaged store whole.
 *
 * "Upload again from a device that has everything" is what a run says that
 * misses something in the store.  So such an upload believes nothing of the
 * store's latest snapshot: whatever ours names and the store lacks is sent,
 * and a refs/latest that leads nowhere is replaced.  One by the clock, or by
 * --once, which may be somebody's timer, stops there: replacing what others
 * wrote is for a human to decide.
 */
#include "services/sync-engine/run/run_state.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/oid_set.h"

#include <errno.h>
#include <string.h>

#define FOLDER "objects/"

int
run_mend_latest(struct run *r, int rc)
{
    if (rc >= 0 || !r->opt->mend || r->fault->code != CODE_NOT_FOUND)
        return rc;
    log_line(LOG_WARN, "%s: this upload replaces it", r->fault->cause);
    *r->fault = (struct fault){0};
    r->cloud_empty = true;
    return 0;
}

/* "ab/cdef..." */
static int
add_name(void *ctx, const char *name)
{
    char hex[OID_HEX_MAX];
    struct oid id;
    size_t len = strlen(name);

    if (len != OID_HEX_LEN + 1 || name[2] != '/')
        return 0;
    memcpy(hex, name, 2);
    memcpy(hex + 2, name + 3, OID_HEX_LEN - 1);
    if (oid_from_hex(&id, hex, OID_HEX_LEN) < 0)
        return 0;
    return oid_set_add(ctx, &id) < 0 ? -ENOMEM : 0;
}

static void
keep_absent(struct plan_list *l, const struct oid_set *there)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->count; i++) {
        if (!oid_set_has(there, &l->objects[i].id))
            l->objects[kept++] = l->objects[i];
    }
    l->count = kept;
}

int
run_mend_plan(struct run *r)
{
    struct oid_set there = {0};
    int rc = plan_make(&r->plan, &r->snapshot.files, NULL, 0);

    if (rc < 0)
        return fault_errno(r->fault, rc, "cannot plan the upload");
    rc = store_list(r->opt->store, FOLDER, add_name, &there, r->fault);
    if (rc == -ENOMEM && r->fault->code == CODE_OK)
        fault_errno(r->fault, rc, "cannot list the store");
    keep_absent(&r->plan.chunks, &there);
    keep_absent(&r->plan.files, &there);
    oid_set_clear(&there);
    if (rc == 0 && !r->publish && r->plan.files.count > 0) {
        log_line(LOG_WARN, "the store lacked %zu files of its own snapshot",
                 r->plan.files.count);
    }
    return rc < 0 ? rc : 0;
}
