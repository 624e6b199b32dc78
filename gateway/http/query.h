/*
 * query.h - parameters of a request's query.  Pure.
 */
#ifndef GATEWAY_HTTP_QUERY_H
#define GATEWAY_HTTP_QUERY_H

#include <stddef.h>

/*
 * The value of the first parameter of that name, percent-decoded, to out.
 *
 * Returns its length (0 for an empty value); -ENOENT when there is none (or
 * query is NULL); -EINVAL when it is not well-formed, holds a NUL or does not
 * fit cap bytes.  out holds a NUL-terminated text in every case.
 */
int query_find(const char *query, const char *name, char *out, size_t cap);

#endif
