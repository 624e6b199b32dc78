/*
 * routes.h - the one table: path, methods, who may call, which handler, and
 * what the route is called.
 *
 * "{x}" in a path is a parameter: one segment, whatever it says.  Where one
 * row has a parameter, no other has a word.
 */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include "gateway/http/auth.h"
#include "gateway/http/request.h"
#include "gateway/service.h"

#include <stddef.h>

enum routes_method {
    ROUTES_GET = 1 << 0,
    ROUTES_POST = 1 << 1,
    ROUTES_HEAD = 1 << 2, /* with ROUTES_GET, unless the answer never ends */
};

/* Answers the request; returns the status it sent. */
typedef int (*routes_fn)(struct service *s, struct request *r);

struct route {
    const char *path;
    unsigned methods;
    enum auth_role role;
    routes_fn handler;
    const char *name; /* unique; in metrics, and operationId in /openapi.json */
};

/*
 * The route of the first len bytes of path for this method; NULL when there
 * is none.  Paths are case-sensitive.
 */
const struct route *routes_find(const char *path, size_t len,
                                const char *method);

/*
 * Take the parameters of the route, which is the one of r->path, to r->param.
 *
 * Returns 0, or -EINVAL when one is not well-formed, too long, or no UTF-8.
 */
int routes_take_params(const struct route *route, struct request *r);

/* Every row, sorted by path. */
const struct route *routes_all(size_t *count);

#endif
