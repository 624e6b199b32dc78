/*
 * sy_doc.h - a SiYuan document (.sy): a tree of nodes in JSON, from anywhere.
 *
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_SY_DOC_H
#define SERVICES_SYNC_ENGINE_MERGE_SY_DOC_H

#include "services/sync-engine/repo/buffer.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define SY_DOC_REFUSED 1

#define SY_DOC_ID_LEN  22          /* characters: 20060102150405-abcdefg */
#define SY_DOC_LEN_MAX (32u << 20) /* bytes of a document, at most */

/*
 * Parse a document.  Its root is a NodeDocument with an id and attributes; no
 * key comes twice, nesting is bounded by jansson (2048).
 *
 * Returns 0 and sets *out, which the caller releases with json_decref();
 * SY_DOC_REFUSED when it is no document or over SY_DOC_LEN_MAX; or -ENOMEM.
 * Unless 0, *out is NULL.
 */
int sy_doc_parse(json_t **out, const struct buffer *json);

/* Are these SY_DOC_ID_LEN characters the id of a block? */
bool sy_doc_is_id(const char *text, size_t len);

#endif
