#include "gateway/stream/handshake.h"

#include "gateway/http/base64.h"

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

int
handshake_check(const struct handshake *h)
{
    if (!has_word(h->upgrade, "websocket") ||
        !has_word(h->connection, "upgrade") || !is_key(h->key))
        return HANDSHAKE_WRONG;
    if (h->version == NULL || strcmp(h->version, "13") != 0)
        return HANDSHAKE_VERSION;
    return 0;
}
