/*
 * What a stranger writes into a request: the input is split at its line feeds
 * into Authorization, query, Host, Origin, X-Forwarded-For;
 * the rest is a body.  Whatever stands there, nobody gets in without the
 * secret, and nothing is written out of bounds.
 */
#include "gateway/cause.h"
#include "gateway/http/address.h"
#include "gateway/http/auth.h"
#include "gateway/http/body.h"
#include "gateway/http/json_out.h"
#include "gateway/http/json_scan.h"
#include "gateway/http/origin.h"
#include "gateway/http/query.h"
#include "gateway/http/session.h"
#include "gateway/routes.h"
#include "gateway/siyuan/args.h"
#include "gateway/siyuan/secret_text.h"
#include "gateway/v1/ask.h"
#include "proto/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIELDS 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Too long and too odd for a fuzzer to meet by chance. */
static const struct auth_secrets secrets = {
    .api_token = "kJ8#vQ2!zR7@mX4$",
    .reader_token = "wB5%tN9^cL1&hF6*",
    .access_code = "pD3(yG0)sK8_uE2+",
};

/* Cut the next line off; *rest moves behind it. */
static const char *
next_line(char **rest)
{
    char *line = *rest, *end = strchr(line, '\n');

    if (end == NULL) {
        *rest = line + strlen(line);
        return line;
    }
    *end = '\0';
    *rest = end + 1;
    return line;
}

static void
try_auth(const char *const field[FIELDS])
{
    struct auth_facts facts = {.authorization = field[0],
                               .query = field[1],
                               .is_host_local = address_is_local_host(field[2]),
                               .is_origin_local =
                                   address_is_local_origin(field[3])};
    enum auth_verdict verdict;

    if (address_of_client(&facts.client, field[4], NULL, 0) != 0)
        facts.is_forwarded = true;
    verdict = auth_decide(&secrets, &facts);
    assert(verdict != AUTH_IS_ADMIN && verdict != AUTH_IS_READER);
    verdict = auth_decide(&(struct auth_secrets){0}, &facts);
    if (verdict == AUTH_IS_ADMIN) {
        assert(address_is_loopback(&facts.client) && facts.is_host_local &&
               facts.is_origin_local);
    }
}

/* The path and what stands in it. */
static void
try_path(const char *text)
{
    struct request r = {.path = text};
    const struct route *route = routes_find(text, strlen(text), "GET");

    (void)routes_find(text, strlen(text), "POST");
    if (route == NULL || routes_take_params(route, &r) != 0)
        return;
    for (size_t i = 0; i < REQUEST_PARAM_MAX; i++) {
        size_t n = strlen(r.param[i]);

        assert(n < REQUEST_TEXT_MAX);
        assert(utf8_is_valid((const unsigned char *)r.param[i], n));
    }
}

static void
try_ask(const char *text, size_t len)
{
    char why[ASK_WHY_MAX] = "";
    struct ask ask = {0};
    uint64_t n = 0;

    if (ask_parse(&ask, why, ASK_DIRECTION | ASK_WAIT | ASK_RUN, text, len) !=
        0)
        assert(why[0] != '\0' && strchr(why, '\n') == NULL);
    assert(!ask.has_run || (ask.run > 0 && ask.run <= INT64_MAX));
    if (ask_number(&n, text) == 0)
        assert(n <= INT64_MAX);
}

/* What the scanner accepts ends where it says; jansson accepts no more. */
static void
try_args(const char *text, size_t len)
{
    char why[JSON_SCAN_WHY_MAX] = "", msg[ARGS_MSG_MAX] = "";
    int end = json_scan(text, len, why);
    json_t *args;
    int rc = args_parse(&args, msg, "/api/x", text, len);

    if (end < 0) {
        assert(rc != 0 && strstr(msg, why) != NULL && why[0] != '\0');
    } else {
        assert(end > 0 && (size_t)end <= len);
        assert(json_scan(text, (size_t)end, why) == end);
    }
    assert((rc == 0) == json_is_object(args));
    json_decref(args);
}

/* Nobody is logged in here. */
static void
try_login(const char *text)
{
    static struct sessions nobody = {.lock = PTHREAD_MUTEX_INITIALIZER};
    char small[64];

    assert(session_find(&nobody, text) == AUTH_ANYBODY);
    if (secret_text_clean(small, sizeof small, text) == 0)
        assert(strlen(small) <= strlen(text) && strpbrk(small, "\r\n") == NULL);
    assert(auth_of_secret(&secrets, text) == AUTH_ANYBODY);
}

static void
try_readers(const char *text, size_t len)
{
    static char small[32], large[4096], json[65536 * 6 + 8];
    struct json_out w;
    int n = query_find(text, "engine", small, sizeof small);

    assert(n < (int)sizeof small && strlen(small) < sizeof small);
    assert(n < 0 || strlen(small) == (size_t)n);
    (void)body_engine(small, sizeof small, text, len);
    try_path(text);
    try_ask(text, len);
    try_args(text, len);
    try_login(text);
    cause_clean(large, sizeof large, text);
    assert(strlen(large) < sizeof large);
    json_out_init(&w, json, sizeof json);
    json_out_string(&w, text);
    for (size_t i = 0; !w.overflow && i < w.len; i++)
        assert((unsigned char)json[i] >= 0x20 && json[i] != '<');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *field[FIELDS];
    char *copy, *rest;

    if (size > 65536)
        return 0;
    copy = malloc(size + 1);
    assert(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    try_readers(copy, size);
    rest = copy;
    for (size_t i = 0; i < FIELDS; i++)
        field[i] = next_line(&rest);
    try_auth(field);
    if (origin_is_of(field[3], field[2]))
        assert(strncasecmp(field[3], "http", 4) == 0 && field[2][0] != '\0');
    (void)body_is_shallow(rest, strlen(rest));
    free(copy);
    return 0;
}
