#include "gateway/gate.h"

#include "gateway/http/http.h"
#include "gateway/http/session.h"
#include "gateway/metrics/requests.h"
#include "gateway/refusal.h"
#include "gateway/routes.h"
#include "services/runtime/clock.h"

#include <stdio.h>
#include <string.h>

#define LOCATION_MAX 512

/* Serve a route that asks for a role. */
static int
serve_known(struct service *s, struct request *r, const struct route *route)
{
    unsigned wait = lockout_wait(&s->lockout, &r->facts.client);
    enum auth_verdict verdict;

    if (wait > 0)
        return refusal_too_many(s, r, wait);
    verdict = auth_decide(&s->secrets, &r->facts);
    if (auth_is_failure(verdict))
        lockout_fail(&s->lockout, &r->facts.client);
    r->role = verdict == AUTH_IS_ADMIN    ? AUTH_ADMIN
              : verdict == AUTH_IS_READER ? AUTH_READER
                                          : AUTH_ANYBODY;
    if (verdict == AUTH_IS_READER && route->role == AUTH_ADMIN)
        return refusal_read_only(s, r);
    if (verdict != AUTH_IS_ADMIN && verdict != AUTH_IS_READER)
        return refusal_unauthorized(s, r, verdict);
    return route->handler(s, r);
}

/* The same path without its last slash, when that is a route. */
static int
redirect(struct request *r)
{
    size_t len = strlen(r->path);
    char extra[LOCATION_MAX];
    int n;

    if (len < 2 || r->path[len - 1] != '/' ||
        routes_find(r->path, len - 1, r->method) == NULL)
        return refusal_not_found(r);
    n = snprintf(extra, sizeof extra, "Location: %.*s%s%s\r\n", (int)len - 1,
                 r->path, r->query != NULL ? "?" : "",
                 r->query != NULL ? r->query : "");
    if (n < 0 || (size_t)n >= sizeof extra)
        return refusal_not_found(r);
    return http_send_extra(r, request_is_method(r, "POST") ? 307 : 301, extra,
                           "");
}

/* route: the one of the request, or NULL. */
static int
serve(struct service *s, struct request *r, const struct route *route)
{
    if (r->fault.status != 0)
        return http_send(r, r->fault.status, HTTP_TEXT, r->fault.text);
    if (request_is_method(r, "OPTIONS"))
        return http_send_extra(r, 204, "Access-Control-Max-Age: 600\r\n", "");
    if (route == NULL)
        return redirect(r);
    r->route = route->name;
    if (routes_take_params(route, r) != 0)
        return refusal_bad_parameter(s, r);
    if (r->body_len > REQUEST_BODY_MAX)
        return refusal_too_large(s, r);
    if (r->facts.cookie != NULL)
        r->facts.session = session_find(&s->sessions, r->facts.cookie);
    if (route->role == AUTH_ANYBODY)
        return route->handler(s, r);
    return serve_known(s, r, route);
}

int
gate_serve(struct service *s, struct request *r)
{
    uint64_t began_ns = clock_monotonic_ns();
    const struct route *route =
        routes_find(r->path, strlen(r->path), r->method);
    int status = serve(s, r, route);

    requests_count(s->requests, route, status, clock_monotonic_ns() - began_ns);
    return status;
}
