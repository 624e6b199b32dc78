/*
 * fold.h - did somebody only fold or unfold blocks of a document?  Such an
 * edit gives way without a conflict (6.5, adjustment 1).
 *
 * Stricter than a kernel: it compares blocks as a set, we compare the whole
 * document in order.  The difference can only yield a conflict more.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_FOLD_H
#define SERVICES_SYNC_ENGINE_MERGE_FOLD_H

#include "services/sync-engine/repo/buffer.h"

#define FOLD_ONLY 1

/*
 * Compare two versions of a document (.sy, JSON, not trusted).
 *
 * Returns FOLD_ONLY when they differ in nothing but the block attributes
 * fold, heading-fold and updated; 0 when in more, or when one is no SiYuan
 * document or over SY_DOC_LEN_MAX of sy_doc.h; or -ENOMEM.
 */
int fold_compare(const struct buffer *before, const struct buffer *after);

#endif
