/*
 * re2_escape.h - the single characters of re2.c, plain or behind a backslash.
 *
 * All functions read from *in, move it behind what they read, and append to
 * *out.  They return 0, -EINVAL when RE2 would refuse, or -ENOMEM.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_RE2_ESCAPE_H
#define SERVICES_SYNC_ENGINE_REPO_RE2_ESCAPE_H

#include "services/sync-engine/repo/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of the expression. */
struct re2_text {
    const char *p;
    size_t len;
};

/* Move behind n bytes, of which there are so many. */
void re2_advance(struct re2_text *in, size_t n);

/* Is this text next? */
bool re2_begins(const struct re2_text *in, const char *text);

/* Write a text as it is. */
int re2_put(struct buffer *out, const char *text);

/* Read one UTF-8 character. */
int re2_get_rune(struct re2_text *in, uint32_t *rune);

/* Write a character so that it stands for itself, in a class or outside. */
int re2_put_rune(struct buffer *out, uint32_t rune);

/* Read an escape that stands for one character, from the backslash on. */
int re2_get_escape(struct re2_text *in, uint32_t *rune);

#endif
