#include "gateway/http/request.h"

#include "gateway/http/origin.h"

#include <civetweb.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

/* Header fields that say who is really asking. */
struct forwarding {
    const char *forwarded_for, *forwarded_host, *forwarded_proto;
    const char *host, *origin;
    bool is_forwarded;
    bool is_cross_site; /* says the browser */
};

static void
look_at_host(struct request *r, const char *value)
{
    r->facts.is_host_local &= address_is_local_host(value);
}

static void
look_at_connection(struct request *r, const char *value)
{
    r->close = strcasestr(value, "keep-alive") == NULL;
}

static void
look_at_forwarding(struct request *r, struct forwarding *f,
                   const struct mg_header *h)
{
    if (strcasecmp(h->name, "X-Forwarded-For") == 0) {
        f->forwarded_for = h->value;
    } else if (strcasecmp(h->name, "X-Forwarded-Host") == 0) {
        look_at_host(r, h->value);
        f->forwarded_host = h->value;
    } else if (strcasecmp(h->name, "X-Forwarded-Proto") == 0) {
        f->forwarded_proto = h->value;
    } else {
        f->is_forwarded |= strcasecmp(h->name, "X-Real-IP") == 0;
    }
}

/*
 * A name in lower case, to spare strcasecmp() calls: only fields that begin
 * with one of these letters are compared.
 */
static void
look_at(struct request *r, struct forwarding *f, const struct mg_header *h)
{
    switch (h->name[0] | 0x20) {
    case 'a':
        if (strcasecmp(h->name, "Authorization") == 0 &&
            r->facts.authorization == NULL) {
            r->facts.authorization = h->value;
        } else if (strcasecmp(h->name, "Accept") == 0) {
            r->accept = h->value;
        }
        break;
    case 'c':
        if (strcasecmp(h->name, "Connection") == 0) {
            look_at_connection(r, h->value);
        } else if (strcasecmp(h->name, "Cookie") == 0) {
            r->facts.cookie = h->value;
        }
        break;
    case 'e':
        if (strcasecmp(h->name, "Expect") == 0)
            r->expects_continue = strcasecmp(h->value, "100-continue") == 0;
        break;
    case 'f':
        f->is_forwarded |= strcasecmp(h->name, "Forwarded") == 0;
        break;
    case 'h':
        if (strcasecmp(h->name, "Host") == 0) {
            look_at_host(r, h->value);
            f->host = h->value;
        }
        break;
    case 'o':
        if (strcasecmp(h->name, "Origin") == 0) {
            r->facts.is_origin_local &= address_is_local_origin(h->value);
            f->origin = h->value;
        }
        break;
    case 's':
        if (strcasecmp(h->name, "Sec-Fetch-Site") == 0) {
            f->is_cross_site = strcasecmp(h->value, "same-origin") != 0 &&
                               strcasecmp(h->value, "none") != 0;
        }
        break;
    case 'u':
        if (strcasecmp(h->name, "User-Agent") == 0)
            r->user_agent = h->value;
        break;
    case 'x':
        look_at_forwarding(r, f, h);
        break;
    default:
        break;
    }
}

/*
 * Who is the client?  Only a trusted proxy may say; true: one did.  From
 * anybody else such a field gives no rights and takes some: the request came
 * through a proxy that this gateway knows nothing about, so it is not local.
 */
static bool
find_client(struct request *r, const struct forwarding *f,
            const struct request_proxies *proxies)
{
    struct auth_facts *facts = &r->facts;

    for (size_t i = 0; i < proxies->count; i++) {
        if (!address_is_equal(&facts->client, &proxies->address[i]))
            continue;
        if (f->forwarded_for == NULL ||
            address_of_client(&facts->client, f->forwarded_for,
                              proxies->address, proxies->count) != 0)
            break; /* it did not say whom it speaks for */
        return true;
    }
    facts->is_forwarded = f->is_forwarded || f->forwarded_for != NULL;
    return false;
}

/* Which host did the client ask, and how?  A trusted proxy may know better. */
static void
find_origin(struct request *r, const struct forwarding *f, bool is_trusted)
{
    struct auth_facts *facts = &r->facts;

    facts->is_https = is_trusted && f->forwarded_proto != NULL &&
                      strcasecmp(f->forwarded_proto, "https") == 0;
    if (f->origin == NULL) {
        /* To look is no harm: a link from elsewhere does, too. */
        facts->is_foreign =
            f->is_cross_site && !r->is_head && !request_is_method(r, "GET");
        facts->is_origin_local &= !facts->is_foreign;
        return;
    }
    facts->is_foreign =
        !origin_is_of(f->origin, f->host) &&
        !(is_trusted && origin_is_of(f->origin, f->forwarded_host));
}

void
request_init(struct request *r, struct mg_connection *conn,
             const struct request_proxies *proxies)
{
    const struct mg_request_info *info = mg_get_request_info(conn);
    struct forwarding forwarding = {0};

    *r = (struct request){
        .conn = conn,
        .method = info->request_method,
        .path = info->local_uri_raw != NULL ? info->local_uri_raw : "*",
        .query = info->query_string,
        .user_agent = "",
        .facts = {.query = info->query_string,
                  .is_host_local = true,
                  .is_origin_local = true},
        .body_len = info->content_length,
        .is_head = strcmp(info->request_method, "HEAD") == 0,
        .close = strcmp(info->http_version, "1.1") != 0,
    };
    r->fault = framing_check(info->http_headers, info->num_headers,
                             strcmp(info->http_version, "1.1") == 0);
    for (int i = 0; i < info->num_headers; i++)
        look_at(r, &forwarding, &info->http_headers[i]);
    /* An address that cannot be read stays ::, which is nobody's. */
    (void)address_parse(&r->facts.client, info->remote_addr,
                        strlen(info->remote_addr));
    find_origin(r, &forwarding, find_client(r, &forwarding, proxies));
}

bool
request_is_method(const struct request *r, const char *method)
{
    return strcmp(r->method, method) == 0;
}

bool
request_is_browser(const struct request *r)
{
    return strncmp(r->user_agent, "SiYuan/", 7) == 0 ||
           strncmp(r->user_agent, "Mozilla/", 8) == 0;
}

static void
ask_for_body(struct request *r)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    if (r->expects_continue)
        (void)mg_write(r->conn, go_on, sizeof go_on - 1);
    r->expects_continue = false;
}

/*
 * Read on for a while: a client that is still writing when the connection is
 * closed gets a reset, and not the answer that says why.
 */
static void
swallow(struct request *r)
{
    char some[1024];
    size_t len = 0;
    int n;

    do {
        n = mg_read(r->conn, some, sizeof some);
        len += n > 0 ? (size_t)n : 0;
    } while (n > 0 && len < REQUEST_BODY_MAX);
}

int
request_read_body(struct request *r, char *buf, size_t cap)
{
    size_t len = 0;
    char extra;
    int n = 1;

    if (r->body_len == 0)
        return 0;
    if (r->body_len > REQUEST_BODY_MAX || r->body_len > (long long)cap)
        return -EMSGSIZE;
    ask_for_body(r);
    while (n > 0 && len < cap) {
        n = mg_read(r->conn, buf + len, cap - len);
        if (n > 0)
            len += (size_t)n;
    }
    if (n < 0 || (r->body_len > 0 && (long long)len < r->body_len))
        return -EIO;
    if (n > 0 && r->body_len < 0 && mg_read(r->conn, &extra, 1) > 0) {
        swallow(r);
        return -EMSGSIZE;
    }
    return (int)len;
}
