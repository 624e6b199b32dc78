/*
 * emit.h - JSON text as Go's encoding/json writes it (section 3.2).
 *
 * Only what the repository needs: literal pieces, strings, integers, lists of
 * ids.  The callers put the pieces in the order of the specification.
 *
 * Every function appends to *out and returns 0, or -ENOMEM and may have
 * written a part: the caller cuts it off again.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_EMIT_H
#define SERVICES_SYNC_ENGINE_REPO_EMIT_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/oid.h"

#include <stddef.h>
#include <stdint.h>

/* Append text as it is: braces, keys, commas. */
int emit_raw(struct buffer *out, const char *text);

/* Append a string in quotes; NULL is "".  What is not UTF-8 becomes \ufffd. */
int emit_text(struct buffer *out, const char *text);

int emit_int(struct buffer *out, int64_t value);

int emit_oid(struct buffer *out, const struct oid *id);

/* Append ["<id>",...]; no ids give []. */
int emit_oids(struct buffer *out, const struct oid *ids, size_t count);

#endif
