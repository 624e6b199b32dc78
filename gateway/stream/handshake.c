#include "gateway/stream/handshake.h"

#include "gateway/http/address.h"
#include "gateway/http/auth.h"
#include "gateway/http/base64.h"
#include "gateway/http/query.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define KEY_BYTES 16

/* Is word one of the comma-separated words of a field? */
static bool
has_word(const char *field, const char *word)
{
    size_t len = strlen(word);

    while (field != NULL && *field != '\0') {
        size_t n;

        field += strspn(field, " \t,");
        n = strcspn(field, ",");
        while (n > 0 && (field[n - 1] == ' ' || field[n - 1] == '\t'))
            n--;
        if (n == len && strncasecmp(field, word, len) == 0)
            return true;
        field += strcspn(field, ",");
    }
    return false;
}

static bool
is_key(const char *key)
{
    char bytes[KEY_BYTES];

    return key != NULL && base64_decode(bytes, sizeof bytes, key) == KEY_BYTES;
}

static bool
is_same_origin(const char *origin, const char *host)
{
    const char *name = strstr(origin, "://");

    return host != NULL && name != NULL && strcasecmp(name + 3, host) == 0;
}

/* A token in the request itself, which no foreign page can know. */
static bool
has_token(const struct handshake *h)
{
    char token[AUTH_GIVEN_MAX];

    if (h->authorization != NULL &&
        (strncasecmp(h->authorization, "Token ", 6) == 0 ||
         strncasecmp(h->authorization, "Bearer ", 7) == 0))
        return true;
    return query_find(h->query, "token", token, sizeof token) > 0;
}

int
handshake_check(const struct handshake *h)
{
    if (!has_word(h->upgrade, "websocket") ||
        !has_word(h->connection, "upgrade") || !is_key(h->key))
        return HANDSHAKE_WRONG;
    if (h->version == NULL || strcmp(h->version, "13") != 0)
        return HANDSHAKE_VERSION;
    if (h->origin == NULL || address_is_local_origin(h->origin) ||
        is_same_origin(h->origin, h->host) || has_token(h))
        return 0;
    return HANDSHAKE_ORIGIN;
}
