/*
 * percent.h - percent-encoded text of a request target (RFC 3986 2.1).  Pure.
 */
#ifndef GATEWAY_HTTP_PERCENT_H
#define GATEWAY_HTTP_PERCENT_H

#include <stddef.h>

enum percent_kind {
    PERCENT_PATH,  /* '+' is itself */
    PERCENT_QUERY, /* '+' is a space, as forms write it */
};

/*
 * Decode len bytes of text to out.
 *
 * Returns the length of what was decoded; -EINVAL when the text is not
 * well-formed, holds a NUL or does not fit cap bytes with its own NUL.  out
 * is a NUL-terminated text in every case, "" after a failure.
 */
int percent_decode(char *out, size_t cap, const char *text, size_t len,
                   enum percent_kind kind);

/*
 * Write text as the value of a query parameter.  Returns its length; or
 * -ENOBUFS, and out is "".
 */
int percent_encode(char *out, size_t cap, const char *text);

#endif
