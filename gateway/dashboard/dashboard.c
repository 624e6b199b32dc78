#include "gateway/dashboard/dashboard.h"

#include "gateway/dashboard/assets.h"
#include "gateway/http/http.h"

#include <civetweb.h>
#include <stdio.h>
#include <string.h>

/*
 * The page asks nobody but this gateway, runs no script but its own, makes no
 * markup out of text, and stands in no other page's frame.
 */
#define SECURITY                                                               \
    "Content-Security-Policy: default-src 'none'; script-src 'self';"          \
    " style-src 'self'; img-src 'self'; connect-src 'self';"                   \
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none';"            \
    " require-trusted-types-for 'script'; trusted-types 'none'\r\n"            \
    "X-Content-Type-Options: nosniff\r\n"                                      \
    "Referrer-Policy: no-referrer\r\n"

/* The page is asked for anew each time, its parts never again: their paths
 * name their content. */
#define FRESH   "Cache-Control: no-cache\r\n"
#define FOREVER "Cache-Control: public, max-age=31536000, immutable\r\n"

static bool
takes_gzip(const struct request *r)
{
    const char *accepted = mg_get_header(r->conn, "Accept-Encoding");
    const char *gzip = accepted != NULL ? strstr(accepted, "gzip") : NULL;

    /* Who names it with a weight of zero does not want it. */
    return gzip != NULL && strncmp(gzip + 4, ";q=0", 4) != 0;
}

static bool
has_it(const struct request *r, const char *tag)
{
    const char *known = mg_get_header(r->conn, "If-None-Match");

    return known != NULL && strstr(known, tag) != NULL;
}

static int
send_asset(struct request *r, const struct asset *a, const char *cache,
           const char *tag)
{
    bool gzip = takes_gzip(r);
    const struct assets_bytes *bytes = gzip ? &a->gzip : &a->plain;
    char extra[HTTP_HEAD_MAX];
    struct http_head h = {
        .status = 200, .type = a->type, .extra = extra, .body_len = bytes->len};

    if (has_it(r, tag)) {
        h.status = 304;
        h.type = NULL;
        h.body_len = 0;
    }
    (void)snprintf(extra, sizeof extra, "%s%sETag: %s\r\n%s%s", SECURITY, cache,
                   tag, "Vary: Accept-Encoding\r\n",
                   gzip && h.status == 200 ? "Content-Encoding: gzip\r\n" : "");
    return http_send_body(r, &h, (const char *)bytes->data);
}

int
dashboard_page(struct service *s, struct request *r)
{
    struct asset page;
    char tag[64];

    assets_page(&page, s->lang);
    (void)snprintf(tag, sizeof tag, "\"%s-%d\"", assets_version(),
                   (int)s->lang);
    return send_asset(r, &page, FRESH, tag);
}

int
dashboard_part(struct service *s, struct request *r)
{
    struct asset part;
    char tag[64];

    (void)s;
    if (strcmp(r->param[0], assets_version()) != 0 ||
        assets_find(&part, r->param[1]) != 0)
        return http_send(r, 404, HTTP_TEXT, "404 page not found");
    (void)snprintf(tag, sizeof tag, "\"%s\"", assets_version());
    return send_asset(r, &part, FOREVER, tag);
}
