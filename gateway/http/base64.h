/*
 * base64.h - reading Base64 (RFC 4648, with padding).  Pure.
 */
#ifndef GATEWAY_HTTP_BASE64_H
#define GATEWAY_HTTP_BASE64_H

#include <stddef.h>

/*
 * Decode text to out (cap bytes; no NUL is added).  Returns the number of
 * bytes, or -EINVAL when text is not Base64 or does not fit.
 */
int base64_decode(char *out, size_t cap, const char *text);

#endif
