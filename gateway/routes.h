/*
 * routes.h - the one table: path, methods, who may call, which handler.
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
};

/* Answers the request; returns the status it sent. */
typedef int (*routes_fn)(struct service *s, struct request *r);

struct route {
    const char *path;
    unsigned methods;
    enum auth_role role;
    routes_fn handler;
};

/*
 * The route of the first len bytes of path for this method; NULL when there
 * is none.  Paths are case-sensitive.
 */
const struct route *routes_find(const char *path, size_t len,
                                const char *method);

#endif
