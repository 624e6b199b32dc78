/*
 * re2_class.h - the sets of characters of re2.c: \d, \pL, and what stands
 * between brackets.
 *
 * All functions read from *in, move it behind what they read, and append to
 * *out.  They return 0, -EINVAL when RE2 would refuse, or -ENOMEM.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_RE2_CLASS_H
#define SERVICES_SYNC_ENGINE_REPO_RE2_CLASS_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/re2_escape.h"

#include <stdbool.h>

/*
 * Copy an escape that stands for a set of characters, such as \d or \pL, from
 * the backslash on.  *found tells whether it was one; if not, nothing moved.
 */
int re2_copy_set(struct buffer *out, struct re2_text *in, bool in_class,
                 bool *found);

/* Copy a bracket expression, from the opening bracket on. */
int re2_copy_class(struct buffer *out, struct re2_text *in);

#endif
