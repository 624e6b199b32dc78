/*
 * order.h - in which order files are written, and which removes must come
 * before them (6.8).
 *
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_ORDER_H
#define SERVICES_SYNC_ENGINE_MERGE_ORDER_H

#include "services/sync-engine/repo/file_record.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Which of two paths is written first: what a kernel needs in order to show
 * the rest.  .siyuan, then /assets/, /emojis/, /storage/, /plugins/,
 * /widgets/, /templates/, /public/, then all others; within a group by depth,
 * then by bytes.  As strcmp().
 */
int order_compare(const char *a, const char *b);

/*
 * Does the file at path stand in the way of one of the files written?  Either
 * it is where a folder has to be, or it lies in a folder that has to be a
 * file.  sorted: the files to write, by bytes of the path.
 */
bool order_is_in_way(const char *path, const struct file_record *const *sorted,
                     size_t count);

#endif
