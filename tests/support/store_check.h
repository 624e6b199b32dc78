/*
 * store_check.h - is a store in a folder whole?  Read with nothing of ours in
 * between but the decoders.
 */
#ifndef TESTS_SUPPORT_STORE_CHECK_H
#define TESTS_SUPPORT_STORE_CHECK_H

#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/repo.h"

/*
 * List the files of the store's latest snapshot into *out (sorted; it comes
 * in empty), having read each file object and each chunk named.  repo lends
 * its key and contexts.  A store that is not there yet is an empty one.
 *
 * Returns NULL, or what is missing or damaged; it lives until the next call.
 */
const char *store_check_latest(struct file_list *out, const char *folder,
                               struct repo *repo);

/* As that, of every snapshot in indexes/ and of those listed. */
const char *store_check_all(const char *folder, struct repo *repo);

#endif
