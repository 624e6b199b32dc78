/*
 * oid_set.h - a set of ids that grows: 40 bytes an id at most, on average.
 *
 * Starts as {0}.
 * Threads: one at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_OID_SET_H
#define SERVICES_SYNC_ENGINE_REPO_OID_SET_H

#include "services/sync-engine/repo/oid.h"

#include <stdbool.h>
#include <stddef.h>

#define OID_SET_HAD 1

struct oid_set {
    struct oid *slots; /* cap of them, a power of two; all zero: free */
    size_t cap;
    size_t count;
    bool has_zero; /* the one id a slot cannot hold */
};

/* Returns 0; OID_SET_HAD when it was there; or -ENOMEM and adds nothing. */
int oid_set_add(struct oid_set *s, const struct oid *id);

bool oid_set_has(const struct oid_set *s, const struct oid *id);

/*
 * Walk through it, in no order: *cursor starts as 0.
 *
 * Returns false at the end; the set must not change meanwhile.
 */
bool oid_set_next(const struct oid_set *s, size_t *cursor, struct oid *out);

/* Release everything; s is {0} again.  {0} is fine. */
void oid_set_clear(struct oid_set *s);

#endif
