#include "gateway/gate.h"

#include "gateway/http/http.h"
#include "gateway/http/json_out.h"
#include "gateway/metrics/requests.h"
#include "gateway/routes.h"
#include "gateway/texts.h"
#include "gateway/v1/problem.h"
#include "services/runtime/clock.h"

#include <stdio.h>
#include <string.h>

#define LOCATION_MAX 512

/* SiYuan's text of its rule for callers without any secret. */
#define NOT_LOCAL                                                              \
    "Auth failed: for security reasons, please set [Lock screen password]"     \
    " when using non-127.0.0.1 access\n\n"                                     \
    "为安全起见，使用非 127.0.0.1 访问时请设置 [锁屏密码]"

static int
not_found(struct request *r)
{
    return http_send(r, 404, HTTP_TEXT, "404 page not found");
}

/* The routes for programs say what is wrong in their own form. */
static bool
is_for_programs(const struct request *r)
{
    return strncmp(r->path, "/v1/", 4) == 0;
}

/* The short form, which SiYuan uses here: no `data`. */
static int
send_refusal(struct request *r, int status, const char *extra, const char *msg)
{
    char text[1024];
    struct json_out w;

    json_out_init(&w, text, sizeof text - 1);
    json_out_open(&w, '{');
    json_out_key(&w, "code");
    json_out_int(&w, -1);
    json_out_key(&w, "msg");
    json_out_string(&w, msg);
    json_out_close(&w, '}');
    text[w.len] = '\0';
    return http_send_extra(r, status, extra, text);
}

static int
unauthorized(struct service *s, struct request *r, enum auth_verdict verdict)
{
    const char *msg = "Auth failed [session]";

    if (verdict == AUTH_WRONG_HEADER) {
        msg = "Auth failed [header: Authorization]";
    } else if (verdict == AUTH_WRONG_QUERY) {
        msg = "Auth failed [query: token]";
    } else if (verdict == AUTH_NOT_LOCAL) {
        msg = NOT_LOCAL;
    } else if (request_is_browser(r)) {
        msg = texts_get(TEXT_BROWSER, s->lang);
    }
    if (is_for_programs(r))
        return problem_send(r, PROBLEM_UNAUTHORIZED, s->lang, msg);
    return send_refusal(r, 401, NULL, msg);
}

static int
too_many(struct service *s, struct request *r, unsigned wait)
{
    char extra[64], seconds[16], msg[256];

    if (is_for_programs(r))
        return problem_send_wait(r, PROBLEM_TOO_MANY, s->lang, wait);
    (void)snprintf(extra, sizeof extra, "Retry-After: %u\r\n", wait);
    (void)snprintf(seconds, sizeof seconds, "%u", wait);
    texts_fill(msg, sizeof msg, texts_get(TEXT_TOO_MANY, s->lang),
               (const char *const[]){seconds, NULL});
    return send_refusal(r, 429, extra, msg);
}

static int
read_only(struct service *s, struct request *r)
{
    return is_for_programs(r) ? problem_send(r, PROBLEM_READ_ONLY, s->lang, "")
                              : http_send_extra(r, 403, NULL, "");
}

static int
bad_parameter(struct service *s, struct request *r)
{
    return is_for_programs(r)
               ? problem_send(r, PROBLEM_PARAMETER, s->lang, "in the path")
               : http_send(r, 400, HTTP_TEXT, "400 bad parameter in the path");
}

static int
too_large(struct service *s, struct request *r)
{
    return is_for_programs(r)
               ? problem_send(r, PROBLEM_TOO_LARGE, s->lang, "")
               : http_send(r, 413, HTTP_TEXT, "413 request body over 64 KiB");
}

/* Serve a route that asks for a role. */
static int
serve_known(struct service *s, struct request *r, const struct route *route)
{
    unsigned wait = lockout_wait(&s->lockout, &r->facts.client);
    enum auth_verdict verdict;

    if (wait > 0)
        return too_many(s, r, wait);
    verdict = auth_decide(&s->secrets, &r->facts);
    if (auth_is_failure(verdict))
        lockout_fail(&s->lockout, &r->facts.client);
    if (verdict == AUTH_IS_READER && route->role == AUTH_ADMIN)
        return read_only(s, r);
    if (verdict != AUTH_IS_ADMIN && verdict != AUTH_IS_READER)
        return unauthorized(s, r, verdict);
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
        return not_found(r);
    n = snprintf(extra, sizeof extra, "Location: %.*s%s%s\r\n", (int)len - 1,
                 r->path, r->query != NULL ? "?" : "",
                 r->query != NULL ? r->query : "");
    if (n < 0 || (size_t)n >= sizeof extra)
        return not_found(r);
    return http_send_extra(r, request_is_method(r, "POST") ? 307 : 301, extra,
                           "");
}

/* route: the one of the request, or NULL. */
static int
serve(struct service *s, struct request *r, const struct route *route)
{
    if (request_is_method(r, "OPTIONS"))
        return http_send_extra(r, 204, "Access-Control-Max-Age: 600\r\n", "");
    if (route == NULL)
        return redirect(r);
    r->route = route->name;
    if (routes_take_params(route, r) != 0)
        return bad_parameter(s, r);
    if (r->body_len > REQUEST_BODY_MAX)
        return too_large(s, r);
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
