#include "gateway/http/auth.h"

#include "gateway/http/base64.h"
#include "gateway/http/query.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

bool
auth_is_equal(const char *secret, const char *given, size_t given_len)
{
    size_t len = strlen(secret);
    volatile unsigned difference = len != given_len;

    for (size_t i = 0; len > 0 && i < given_len; i++)
        difference = difference | (unsigned char)(secret[i % len] ^ given[i]);
    return len > 0 && difference == 0;
}

/* Both are compared, whichever is right: time tells nothing. */
static enum auth_verdict
judge_token(const struct auth_secrets *secrets, const char *given,
            enum auth_verdict wrong)
{
    size_t len = strlen(given);
    bool admin = secrets->api_token != NULL &&
                 auth_is_equal(secrets->api_token, given, len);
    bool reader = secrets->reader_token != NULL &&
                  auth_is_equal(secrets->reader_token, given, len);

    if (admin)
        return AUTH_IS_ADMIN;
    return reader ? AUTH_IS_READER : wrong;
}

/* The token of "Token x", or NULL: exactly these four schemes. */
static const char *
find_token(const char *authorization)
{
    static const char *const schemes[] = {"Token ", "token ", "Bearer ",
                                          "bearer "};

    for (size_t i = 0; authorization != NULL && i < 4; i++) {
        size_t len = strlen(schemes[i]);

        if (strncmp(authorization, schemes[i], len) == 0 &&
            authorization[len] != '\0')
            return authorization + len;
    }
    return NULL;
}

/* HTTP Basic; whatever the user is called. */
static enum auth_verdict
judge_basic(const struct auth_secrets *secrets, const char *authorization)
{
    char text[AUTH_GIVEN_MAX];
    const char *password;
    int len;

    if (authorization == NULL || strncasecmp(authorization, "Basic ", 6) != 0)
        return AUTH_NOTHING;
    len = base64_decode(text, sizeof text, authorization + 6);
    password = len > 0 ? memchr(text, ':', (size_t)len) : NULL;
    if (password == NULL)
        return AUTH_WRONG_BASIC;
    password++;
    return auth_is_equal(secrets->access_code, password,
                         (size_t)(text + len - password))
               ? AUTH_IS_ADMIN
               : AUTH_WRONG_BASIC;
}

bool
auth_is_trusted_local(const struct auth_facts *f)
{
    return address_is_loopback(&f->client) && !f->is_forwarded &&
           f->is_origin_local && f->is_host_local;
}

/* A browser that knows an access code adds it to what other pages ask. */
static bool
may_be_sent_unasked(const struct auth_facts *f)
{
    return f->is_foreign && !f->is_origin_local;
}

enum auth_verdict
auth_decide(const struct auth_secrets *secrets, const struct auth_facts *facts)
{
    char given[AUTH_GIVEN_MAX];
    const char *token = find_token(facts->authorization);
    int len;

    if (token != NULL)
        return judge_token(secrets, token, AUTH_WRONG_HEADER);
    len = query_find(facts->query, "token", given, sizeof given);
    if (len == -EINVAL)
        return AUTH_WRONG_QUERY;
    if (len > 0)
        return judge_token(secrets, given, AUTH_WRONG_QUERY);
    if (facts->session != AUTH_ANYBODY && !facts->is_foreign)
        return facts->session == AUTH_ADMIN ? AUTH_IS_ADMIN : AUTH_IS_READER;
    if (secrets->access_code != NULL && may_be_sent_unasked(facts))
        return AUTH_NOTHING;
    if (secrets->access_code != NULL)
        return judge_basic(secrets, facts->authorization);
    if (!auth_is_open(secrets))
        return AUTH_NOTHING;
    return auth_is_trusted_local(facts) ? AUTH_IS_ADMIN : AUTH_NOT_LOCAL;
}

bool
auth_is_open(const struct auth_secrets *secrets)
{
    return secrets->api_token == NULL && secrets->reader_token == NULL &&
           secrets->access_code == NULL;
}

enum auth_role
auth_of_secret(const struct auth_secrets *secrets, const char *given)
{
    size_t len = strlen(given);
    bool code = secrets->access_code != NULL &&
                auth_is_equal(secrets->access_code, given, len);
    enum auth_verdict token = judge_token(secrets, given, AUTH_NOTHING);

    if (code || token == AUTH_IS_ADMIN)
        return AUTH_ADMIN;
    return token == AUTH_IS_READER ? AUTH_READER : AUTH_ANYBODY;
}

bool
auth_is_failure(enum auth_verdict verdict)
{
    return verdict == AUTH_WRONG_HEADER || verdict == AUTH_WRONG_QUERY ||
           verdict == AUTH_WRONG_BASIC;
}
