/*
 * retention.h - which of the local indexes an automatic purge keeps (5.6).
 *
 * What refs name is kept anyway and is no business of this module.
 * Threads: pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_RETENTION_H
#define SERVICES_SYNC_ENGINE_MERGE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RETENTION_NO_PURGE 1

#define RETENTION_DAYS      180 /* defaults of a kernel */
#define RETENTION_PER_DAY   2
#define RETENTION_INDEX_MIN 3 /* fewer kept: nothing is purged at all */

struct retention_index {
    int64_t created_ms; /* since 1970 */
    int32_t day;        /* local calendar day of it, such as 20260131 */
    bool keep;          /* the answer */
};

struct retention_rule {
    int64_t now_ms;
    int32_t today;    /* local calendar day of now_ms */
    unsigned days;    /* older ones go */
    unsigned per_day; /* kept of a day that is not today */
    uint64_t seed;    /* for the choice within a day: fresh randomness */
};

/*
 * Set keep of each index, in any order: all of today; of each other day the
 * newest and random others up to per_day; none older than days.
 *
 * Returns 0; RETENTION_NO_PURGE when fewer than RETENTION_INDEX_MIN would be
 * kept, and then keeps all; or -ENOMEM, and then keeps all.
 */
int retention_choose(struct retention_index *indexes, size_t count,
                     const struct retention_rule *rule);

#endif
