/*
 * pattern.h - a line of a syncignore, as the regular expression the kernel's
 * matcher makes of it (section 5.1, steps 1 to 17), in the RE2 dialect.
 *
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_PATTERN_H
#define SERVICES_SYNC_ENGINE_REPO_PATTERN_H

#include "services/sync-engine/repo/buffer.h"

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_NONE 1 /* an empty line, a comment, or no UTF-8 */

/*
 * Replace *out by the expression of one line, and set *negated when the line
 * begins with '!'.
 *
 * Returns 0, PATTERN_NONE when the line has none, or -ENOMEM.
 */
int pattern_translate(struct buffer *out, bool *negated, const char *line,
                      size_t len);

/*
 * Find the longest piece of the line that stands in every path its expression
 * matches, so that most paths need not meet the expression at all.
 *
 * Returns its length and sets *start; 0 when there is none for sure.
 */
size_t pattern_literal(const char *line, size_t len, size_t *start);

#endif
