/*
 * auth.h - may this request call?  A pure decision: facts in, verdict out.
 *
 * The order is that of SiYuan's kernel, so that its clients meet the answers
 * they know: Authorization header, query token, then the session of a cookie,
 * then - without any secret configured - the loopback rule, with an access
 * code HTTP Basic, then refusal.  A credential that is wrong is refused even
 * where none was needed; a cookie that is none of ours says nothing.
 *
 * Browsers send cookies along whoever made the page that asks.  So a cookie
 * counts only when the request has no Origin, or that of the very host it asks
 * (origin.h): other pages cannot act in the name of who is logged in.  Nor
 * does HTTP Basic count for pages of other machines.
 */
#ifndef GATEWAY_HTTP_AUTH_H
#define GATEWAY_HTTP_AUTH_H

#include "gateway/http/address.h"

#include <stdbool.h>
#include <stddef.h>

#define AUTH_GIVEN_MAX 1024 /* longer credentials are wrong ones */

/* Who may call a route, in rising order of demand. */
enum auth_role {
    AUTH_ANYBODY,
    AUTH_READER,
    AUTH_ADMIN,
};

struct auth_secrets {
    const char *api_token;    /* administrator; NULL: none */
    const char *reader_token; /* reader */
    const char *access_code;  /* administrator, by HTTP Basic or login */
};

/* Header fields are NULL when absent. */
struct auth_facts {
    const char *authorization;
    const char *query; /* raw, behind '?' */
    const char *cookie;
    enum auth_role session; /* of the cookie; AUTH_ANYBODY: none */
    struct address client;
    bool is_host_local;   /* every Host there is; or none */
    bool is_origin_local; /* likewise */
    bool is_forwarded;    /* a proxy that nobody trusts passed it on */
    bool is_foreign;      /* asked by a page of another origin */
    bool is_https;        /* the client spoke https with a trusted proxy */
};

enum auth_verdict {
    AUTH_IS_ADMIN,
    AUTH_IS_READER,
    AUTH_WRONG_HEADER, /* a wrong token in Authorization */
    AUTH_WRONG_QUERY,  /* a wrong token in the query */
    AUTH_WRONG_BASIC,  /* a wrong access code */
    AUTH_NOT_LOCAL,    /* no secrets, and not from this machine */
    AUTH_NOTHING,      /* secrets, but none was given */
};

enum auth_verdict auth_decide(const struct auth_secrets *secrets,
                              const struct auth_facts *facts);

/* Was a credential tried and wrong? */
bool auth_is_failure(enum auth_verdict verdict);

/*
 * Who is it that types this secret into a login form?  The access code or the
 * administrator's token: AUTH_ADMIN; the reader's token: AUTH_READER; anything
 * else: AUTH_ANYBODY.
 */
enum auth_role auth_of_secret(const struct auth_secrets *secrets,
                              const char *given);

/* No secret at all: the loopback rule decides alone. */
bool auth_is_open(const struct auth_secrets *secrets);

/* From this machine, without a sign of anybody else? */
bool auth_is_trusted_local(const struct auth_facts *facts);

/*
 * Is what was given the secret?  An empty secret equals nothing.  How long it
 * takes tells only how long the given text is.
 */
bool auth_is_equal(const char *secret, const char *given, size_t given_len);

#endif
