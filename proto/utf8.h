/*
 * utf8.h - one strict look at UTF-8 (RFC 3629): no overlong forms, no
 * surrogates, nothing above U+10FFFF.  Pure.
 */
#ifndef PROTO_UTF8_H
#define PROTO_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes (1 to 4) of the character at p, or 0 when there is none in len. */
size_t utf8_char_len(const unsigned char *p, size_t len);

bool utf8_is_valid(const unsigned char *p, size_t len);

#endif
