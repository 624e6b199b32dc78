/*
 * auth.h - may this request call?  A pure decision: facts in, verdict out.
 *
 * The order is that of SiYuan's kernel, so that its clients meet the answers
 * they know: Authorization header, query token, then - without any secret
 * configured - the loopback rule, with an access code HTTP Basic, then
 * refusal.  A credential that is wrong is refused even where none was needed.
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
    const char *access_code;  /* administrator, by HTTP Basic */
};

/* Header fields are NULL when absent. */
struct auth_facts {
    const char *authorization;
    const char *query; /* raw, behind '?' */
    struct address client;
    bool is_host_local;   /* every Host there is; or none */
    bool is_origin_local; /* likewise */
    bool is_forwarded;    /* a proxy that nobody trusts passed it on */
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
 * Is what was given the secret?  An empty secret equals nothing.  How long it
 * takes tells only how long the given text is.
 */
bool auth_is_equal(const char *secret, const char *given, size_t given_len);

#endif
