/*
 * twins.h - paths that cannot live side by side on every system: they differ
 * only in case, only in how Unicode composes a letter, or one is a folder of
 * the other (10.1, 13).
 *
 * Files are reported, never dropped: dropping one would delete it elsewhere.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_TWINS_H
#define SERVICES_SYNC_ENGINE_MERGE_TWINS_H

#include "services/sync-engine/repo/file_record.h"

#include <stddef.h>

enum twins_kind {
    TWINS_CASE,   /* equal when case is folded: Windows, macOS */
    TWINS_FORM,   /* equal when composed (NFC): macOS */
    TWINS_FOLDER, /* b lies below a: nowhere */
};

/* Two files of the list.  Where it is their folders that are twins, the first
 * file of each, and len tells how much of the paths is meant. */
struct twins_pair {
    const struct file_record *a;
    const struct file_record *b;
    size_t a_len; /* bytes of a->path that are the twin of b's */
    size_t b_len;
    enum twins_kind kind;
};

struct twins {
    struct twins_pair *pairs; /* in the order of b's path */
    size_t count;
};

/*
 * Find all twins of a list sorted by path; of three or more alike, each with
 * the first of them.  The pairs point into l.
 *
 * Returns 0 and *out, which goes to twins_clear(); or -ENOMEM or -EIO (no
 * SHA-1) and {0}.
 */
int twins_find(struct twins *out, const struct file_list *l);

/* "differ only in case" and the like, for a log line. */
const char *twins_reason(enum twins_kind kind);

/* Release everything; t is {0} again.  {0} and NULL are fine. */
void twins_clear(struct twins *t);

#endif
