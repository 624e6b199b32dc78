#include "gateway/refusal.h"

#include "gateway/http/http.h"
#include "gateway/http/json_out.h"
#include "gateway/http/percent.h"
#include "gateway/texts.h"
#include "gateway/v1/problem.h"

#include <stdio.h>
#include <string.h>

#define LOCATION_MAX 512

/* SiYuan's text of its rule for callers without any secret. */
#define NOT_LOCAL                                                              \
    "Auth failed: for security reasons, please set [Lock screen password]"     \
    " when using non-127.0.0.1 access\n\n"                                     \
    "为安全起见，使用非 127.0.0.1 访问时请设置 [锁屏密码]"

int
refusal_not_found(struct request *r)
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

/* Only what shows pages asks for text/html by name. */
static bool
is_opening_page(const struct request *r)
{
    return request_is_browser(r) && request_is_method(r, "GET") &&
           r->accept != NULL && strstr(r->accept, "text/html") != NULL;
}

static int
send_to_login(struct request *r)
{
    char extra[LOCATION_MAX], to[LOCATION_MAX / 2];

    if (percent_encode(to, sizeof to, r->path) < 0)
        to[0] = '\0';
    (void)snprintf(extra, sizeof extra,
                   "Location: /check-auth?to=%s\r\n"
                   "Cache-Control: no-store\r\n",
                   to);
    return http_send_extra(r, 302, extra, "");
}

int
refusal_unauthorized(struct service *s, struct request *r,
                     enum auth_verdict verdict)
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
    if (verdict == AUTH_NOTHING && is_opening_page(r))
        return send_to_login(r);
    if (is_for_programs(r))
        return problem_send(r, PROBLEM_UNAUTHORIZED, s->lang, msg);
    return send_refusal(r, 401, NULL, msg);
}

int
refusal_too_many(struct service *s, struct request *r, unsigned wait)
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

int
refusal_read_only(struct service *s, struct request *r)
{
    return is_for_programs(r) ? problem_send(r, PROBLEM_READ_ONLY, s->lang, "")
                              : http_send_extra(r, 403, NULL, "");
}

int
refusal_bad_parameter(struct service *s, struct request *r)
{
    return is_for_programs(r)
               ? problem_send(r, PROBLEM_PARAMETER, s->lang, "in the path")
               : http_send(r, 400, HTTP_TEXT, "400 bad parameter in the path");
}

int
refusal_too_large(struct service *s, struct request *r)
{
    return is_for_programs(r)
               ? problem_send(r, PROBLEM_TOO_LARGE, s->lang, "")
               : http_send(r, 413, HTTP_TEXT, "413 request body over 64 KiB");
}
