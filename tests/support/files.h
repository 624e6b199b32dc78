/*
 * files.h - snapshots for tests, as text.
 *
 * "/doc.sy:hello@10 /a/b.png:x@-3.5": paths, their content, and the minutes of
 * their mtime after FILES_EPOCH_MS.  Equal text is equal content.
 * A failure ends the test.
 */
#ifndef TESTS_SUPPORT_FILES_H
#define TESTS_SUPPORT_FILES_H

#include "services/sync-engine/repo/file_record.h"

#include <stdint.h>

#define FILES_EPOCH_MS 1700000000000 /* of the scenarios (9) */

/* Set *l to the files of the text, sorted; file_list_clear() it. */
void files_read(struct file_list *l, const char *text);

/* Add one file; the list is not sorted. */
void files_add(struct file_list *l, const char *path, const char *content,
               int64_t updated_ms);

#endif
