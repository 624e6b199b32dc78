/*
 * conflict_doc.h - the version that lost, as a document of its own next to
 * the one that won (6.7; --conflict-docs).
 *
 * Pure: time and randomness are arguments.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_CONFLICT_DOC_H
#define SERVICES_SYNC_ENGINE_MERGE_CONFLICT_DOC_H

#include "services/sync-engine/repo/buffer.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define CONFLICT_DOC_REFUSED 1

struct conflict_doc_source {
    const char *path;          /* of the losing version: /<box>/…/<id>.sy */
    const struct buffer *json; /* its content, not trusted */
    struct tm when;            /* local time of the sync's start */
    uint64_t seed;             /* for the new ids: fresh randomness */
};

struct conflict_doc {
    char *path; /* same folder, named after the new document's id */
    struct buffer json;
};

/* Is it worth asking: the path of a document (.sy in a notebook)? */
bool conflict_doc_is_document(const char *path);

/*
 * Make the document: every block gets a new id, what refers to a block of the
 * document follows it, and the title ends in " (Conflicted YYYY-MM-DD
 * HH:MM:SS)".  Everything else stays as it is.
 *
 * Returns 0 and *out, which goes to conflict_doc_clear(); CONFLICT_DOC_REFUSED
 * when the path or the content is not a SiYuan document (documents of
 * encrypted notebooks are opaque bytes) or over SY_DOC_LEN_MAX of sy_doc.h; or
 * -ENOMEM. Unless 0, *out is {0}.
 */
int conflict_doc_make(struct conflict_doc *out,
                      const struct conflict_doc_source *source);

/* Release everything; d is {0} again.  {0} and NULL are fine. */
void conflict_doc_clear(struct conflict_doc *d);

#endif
