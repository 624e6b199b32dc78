/*
 * query.h - parameters of a request's query.  Pure.
 */
#ifndef GATEWAY_HTTP_QUERY_H
#define GATEWAY_HTTP_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The value of the first parameter of that name, percent-decoded, to out.
 *
 * Returns its length (0 for an empty value); -ENOENT when there is none (or
 * query is NULL); -EINVAL when it is not well-formed, holds a NUL or does not
 * fit cap bytes.  out holds a NUL-terminated text in every case.
 */
int query_find(const char *query, const char *name, char *out, size_t cap);

/*
 * The same for a value that names something: one that -EINVAL is said of is
 * given as it stands in the query, cut if need be.  So it names nothing, which
 * is not the same as no name.  Returns whether there is such a parameter.
 */
bool query_find_name(const char *query, const char *name, char *out,
                     size_t cap);

#endif
