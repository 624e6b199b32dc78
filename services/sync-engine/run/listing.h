/*
 * listing.h - the files of a snapshot, mostly from records that are in memory
 * already: two snapshots of one workspace differ in a few files.
 *
 * Threads: one at a time for one repository.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_LISTING_H
#define SERVICES_SYNC_ENGINE_RUN_LISTING_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/index_record.h"
#include "services/sync-engine/repo/problem.h"
#include "services/sync-engine/repo/repo.h"

#include <stdatomic.h>

struct listing_source {
    const struct index_record *index;
    const struct file_list *known; /* records that may be copied */
    unsigned workers;
    const atomic_bool *cancel; /* or NULL */
};

/*
 * List the files of an index, sorted by path; *out comes in empty.  Records
 * that are not known are read from the repository.
 *
 * Returns 0, or a negative value with *p filled (PROBLEM_DAMAGED: a file
 * object is missing or bad) and *out empty.
 */
int listing_load(struct file_list *out, struct repo *r,
                 const struct listing_source *source, struct problem *p);

/*
 * Make *out a list of the records of two lists in the order of the index,
 * which is what latest_store() wants; an id in both is taken from the second.
 * Only the array is the caller's to free(); the text stays that of the lists.
 *
 * Returns 0, -ENOMEM, or -ENOENT when a file of the index is in neither.
 */
int listing_order(struct file_list *out, const struct index_record *x,
                  const struct file_list *a, const struct file_list *b);

#endif
