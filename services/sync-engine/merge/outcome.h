/*
 * outcome.h - which files there will be when a plan has been carried out: what
 * twins are looked for in, before anything is touched.
 *
 * Threads: pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_OUTCOME_H
#define SERVICES_SYNC_ENGINE_MERGE_OUTCOME_H

#include "services/sync-engine/merge/merge.h"

/*
 * Set *out to the files after plan p, made from in, sorted by path.  Their
 * paths and chunks stay with the lists of in.
 *
 * Returns 0 and *out, which goes to file_list_clear(); or -ENOMEM and {0}.
 */
int outcome_list(struct file_list *out, const struct merge_input *in,
                 const struct merge_plan *p);

#endif
