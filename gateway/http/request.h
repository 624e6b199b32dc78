/*
 * request.h - one HTTP request, as far as the gateway looks at it.
 *
 * A struct request lives on the stack of the thread that serves it; the texts
 * it points to belong to the connection.  Worker threads have 100 KiB of
 * stack, whatever one asks for: keep frames small.
 */
#ifndef GATEWAY_HTTP_REQUEST_H
#define GATEWAY_HTTP_REQUEST_H

#include "gateway/http/address.h"
#include "gateway/http/auth.h"
#include "gateway/http/framing.h"

#include <stdbool.h>
#include <stddef.h>

#define REQUEST_BODY_MAX  65536
#define REQUEST_PROXY_MAX 16
#define REQUEST_PARAM_MAX 2   /* parameters in a path */
#define REQUEST_TEXT_MAX  129 /* bytes of one, with its NUL */

struct mg_connection;

struct request {
    struct mg_connection *conn;
    const char *method;
    const char *path;       /* raw, as sent, without the query */
    const char *query;      /* raw; or NULL */
    const char *user_agent; /* "" when absent */
    const char *accept;     /* NULL when absent */
    const char *route;      /* name of the row of routes.h; NULL: none */
    /* Of the path, decoded: UTF-8; "" for those that the route has not. */
    char param[REQUEST_PARAM_MAX][REQUEST_TEXT_MAX];
    struct framing_fault fault; /* why it is not served, if so */
    struct auth_facts facts;
    enum auth_role role; /* what the caller may; the gate sets it */
    long long body_len;  /* -1: not known before it is read */
    bool expects_continue;
    bool is_head; /* HEAD: the answer is sent without its body */
    bool close;   /* the connection ends with this answer */
};

struct request_proxies {
    size_t count;
    struct address address[REQUEST_PROXY_MAX];
};

/* Look at what the connection has received. */
void request_init(struct request *r, struct mg_connection *conn,
                  const struct request_proxies *proxies);

bool request_is_method(const struct request *r, const char *method);

/* Is this a browser, or SiYuan's own front end? */
bool request_is_browser(const struct request *r);

/*
 * Read the whole body to buf.
 *
 * Returns its length; -EMSGSIZE when it is longer than cap or
 * REQUEST_BODY_MAX; -EIO when it did not come.  After a failure the
 * connection must be closed.
 */
int request_read_body(struct request *r, char *buf, size_t cap);

#endif
