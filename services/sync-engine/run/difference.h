/*
 * difference.h - what three snapshots do not have in common.
 *
 * A file object that is in all of them asks for nothing: not to be fetched,
 * not to be listed, not to be decided about.  What is left grows with the
 * edits, not with the workspace.
 *
 * Threads: pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_DIFFERENCE_H
#define SERVICES_SYNC_ENGINE_RUN_DIFFERENCE_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/index_record.h"

/* Starts as {0}; text and chunks of records stay with the lists compared. */
struct difference {
    struct file_list local;          /* in the order of the list compared */
    struct index_record cloud, base; /* copies with fewer `files` */
    struct arena arena;
};

/*
 * Leave out of local, cloud and base the ids that are in all three.  base is
 * NULL when there is none: then nothing is left out.
 *
 * Returns 0 and *d, or -ENOMEM and {0}.
 */
int difference_find(struct difference *d, const struct file_list *local,
                    const struct index_record *cloud,
                    const struct index_record *base);

/* Release everything; d is {0} again.  {0} is fine. */
void difference_clear(struct difference *d);

#endif
