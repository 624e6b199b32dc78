#include "gateway/cause.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct cleaner {
    char *out;
    size_t cap, len;
};

static void
put(struct cleaner *c, const char *text, size_t len)
{
    size_t room = c->cap - c->len - 1;

    if (len > room)
        len = room;
    memcpy(c->out + c->len, text, len);
    c->len += len;
}

/* Bytes of "user:password" at p, which stands behind "//"; 0: none. */
static size_t
find_user(const char *p)
{
    size_t len = strcspn(p, "/?# \t\"'<>");
    const char *at = memrchr(p, '@', len);

    return at != NULL ? (size_t)(at - p) : 0;
}

/* Does the word of len bytes that ends at end name a secret? */
static bool
is_secret_name(const char *start, size_t len)
{
    static const char *const words[] = {
        "password",   "passwd",    "secret",     "token",        "signature",
        "credential", "accesskey", "access_key", "authorization"};

    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t n = strlen(words[w]);

        for (size_t i = 0; i + n <= len; i++) {
            if (strncasecmp(start + i, words[w], n) == 0)
                return true;
        }
    }
    return false;
}

static size_t
word_len(const char *p)
{
    size_t n = 0;

    while (isalnum((unsigned char)p[n]) || p[n] == '_' || p[n] == '-')
        n++;
    return n;
}

/* Copy a word and, when it names a secret, hide what is assigned to it. */
static const char *
copy_word(struct cleaner *c, const char *p, size_t len)
{
    bool secret = is_secret_name(p, len);
    size_t sign;

    put(c, p, len);
    p += len;
    sign = strspn(p, "=: ");
    if (!secret ||
        (memchr(p, '=', sign) == NULL && memchr(p, ':', sign) == NULL))
        return p;
    put(c, p, sign);
    put(c, "***", 3);
    p += sign;
    /* "Authorization: Bearer x": the scheme is no secret, what follows is. */
    if (strncasecmp(p, "bearer ", 7) == 0 || strncasecmp(p, "token ", 6) == 0 ||
        strncasecmp(p, "basic ", 6) == 0)
        p += strcspn(p, " ") + 1;
    return p + strcspn(p, "&;, \t\"'<>");
}

void
cause_clean(char *out, size_t cap, const char *why)
{
    struct cleaner c = {.out = out, .cap = cap};

    why += strspn(why, " \t\r\n");
    while (*why != '\0') {
        size_t len = word_len(why);

        if (len > 0) {
            why = copy_word(&c, why, len);
            continue;
        }
        if (strncmp(why, "//", 2) != 0) {
            put(&c, why++, 1);
            continue;
        }
        put(&c, why, 2);
        why += 2;
        len = find_user(why);
        if (len > 0)
            put(&c, "***", 3);
        why += len;
    }
    while (c.len > 0 && isspace((unsigned char)out[c.len - 1]))
        c.len--;
    out[c.len] = '\0';
}
