/*
 * plan.h - which objects an upload sends.  Pure: no disk, no store.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_PLAN_H
#define SERVICES_SYNC_ENGINE_RUN_PLAN_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/oid.h"

#include <stddef.h>
#include <stdint.h>

struct plan_object {
    struct oid id;
    uint32_t file;       /* its index in the list of files */
    uint32_t size_bytes; /* as stored; 0 until the caller fills it in */
};

struct plan_list {
    struct plan_object *objects; /* sorted by id, each id once */
    size_t count;
};

struct plan {
    struct plan_list chunks; /* go first */
    struct plan_list files;  /* go when all chunks have arrived */
};

/*
 * Plan sending what the files need and the cloud's snapshot does not name:
 * the file objects that are not among the cloud's, and all their chunks.
 *
 * Returns 0 and *out, which goes to plan_clear(); or -ENOMEM.
 */
int plan_make(struct plan *out, const struct file_list *files,
              const struct oid *cloud, size_t cloud_count);

/* What all of them take as stored, as far as filled in. */
uint64_t plan_bytes(const struct plan_list *list);

/* {0} is fine. */
void plan_clear(struct plan *p);

#endif
