#include "gateway/dashboard/dashboard.h"

#include "gateway/dashboard/assets.h"
#include "gateway/http/http.h"
#include "gateway/http/json_out.h"
#include "proto/code.h"

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

#define CODES_GUESS 8192 /* bytes of codes.json, about */

static bool
takes_gzip(const struct request *r)
{
    const char *accepted = mg_get_header(r->conn, "Accept-Encoding");
    const char *gzip = accepted != NULL ? strstr(accepted, "gzip") : NULL;

    /* With a weight below one, plain bytes are never wrong. */
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
    bool gzip = a->gzip.data != NULL && takes_gzip(r);
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

static void
put_code(struct json_out *w, const struct code_info *info)
{
    static const char *const names[LANG_COUNT] = {
        [LANG_EN] = "en", [LANG_ZH_CN] = "zh-CN"};

    json_out_key(w, info->token);
    json_out_open(w, '{');
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        json_out_key(w, names[lang]);
        json_out_open(w, '{');
        json_out_key_string(w, "msg", info->text[lang]);
        json_out_key_string(w, "remedy", info->remedy[lang]);
        json_out_close(w, '}');
    }
    json_out_close(w, '}');
}

/*
 * What can go wrong with a run, in both languages: the page's language need
 * not be the gateway's, and the list stands once, in proto/.
 */
static int
send_codes(struct request *r, const char *tag)
{
    struct asset codes = {.type = HTTP_JSON};
    struct json_out w;
    int rc;

    if (json_out_init_heap(&w, CODES_GUESS) != 0)
        return http_send(r, 503, HTTP_TEXT, "503 out of memory");
    json_out_open(&w, '{');
    for (int code = CODE_OK + 1; code < CODE_COUNT; code++)
        put_code(&w, code_info((enum code)code));
    json_out_close(&w, '}');
    codes.plain = (struct assets_bytes){(const unsigned char *)w.buf, w.len};
    rc = w.overflow ? http_send(r, 503, HTTP_TEXT, "503 out of memory")
                    : send_asset(r, &codes, FOREVER, tag);
    json_out_clear(&w);
    return rc;
}

int
dashboard_part(struct service *s, struct request *r)
{
    struct asset part;
    char tag[64];

    (void)s;
    (void)snprintf(tag, sizeof tag, "\"%s\"", assets_version());
    if (strcmp(r->param[0], assets_version()) != 0)
        return http_send(r, 404, HTTP_TEXT, "404 page not found");
    if (strcmp(r->param[1], "codes.json") == 0)
        return send_codes(r, tag);
    if (assets_find(&part, r->param[1]) != 0)
        return http_send(r, 404, HTTP_TEXT, "404 page not found");
    return send_asset(r, &part, FOREVER, tag);
}
