/*
 * re2.h - a regular expression of the kernel's dialect (Go's regexp, that is
 * RE2), as a PCRE2 expression with the same meaning.
 *
 * The two agree on most things and differ where it hurts: PCRE2 accepts
 * possessive quantifiers, back references and unknown escapes that RE2
 * refuses, and \s, \v, \b in classes mean something else.  So the expression
 * is read by RE2's rules and written anew.  Groups that begin with "(?" are
 * refused: no syncignore line can produce one.
 *
 * The result is meant for PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, newline LF.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_RE2_H
#define SERVICES_SYNC_ENGINE_REPO_RE2_H

#include "services/sync-engine/repo/buffer.h"

#include <stddef.h>

/*
 * Replace *out by the PCRE2 form of the len bytes at text.
 *
 * Returns 0, -EINVAL when RE2 would not compile it, or -ENOMEM.
 */
int re2_to_pcre2(struct buffer *out, const char *text, size_t len);

#endif
