#include "gateway/http/query.h"

#include <errno.h>
#include <string.h>

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte at text[*i], which moves to its last character; or -EINVAL. */
static int
decode_byte(const char *text, size_t len, size_t *i)
{
    int high, low;

    if (text[*i] == '+')
        return ' ';
    if (text[*i] != '%')
        return (unsigned char)text[*i];
    if (*i + 2 >= len)
        return -EINVAL;
    high = hex_digit(text[*i + 1]);
    low = hex_digit(text[*i + 2]);
    *i += 2;
    /* A NUL would hide what follows it. */
    return high < 0 || low < 0 || high + low == 0 ? -EINVAL : high * 16 + low;
}

static int
decode(char *out, size_t cap, const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        int byte = decode_byte(text, len, &i);

        if (byte < 0 || n + 1 >= cap) {
            out[0] = '\0';
            return -EINVAL;
        }
        out[n++] = (char)byte;
    }
    out[n] = '\0';
    return (int)n;
}

int
query_find(const char *query, const char *name, char *out, size_t cap)
{
    size_t name_len = strlen(name);

    out[0] = '\0';
    while (query != NULL && *query != '\0') {
        size_t len = strcspn(query, "&");

        if (len > name_len && query[name_len] == '=' &&
            memcmp(query, name, name_len) == 0)
            return decode(out, cap, query + name_len + 1, len - name_len - 1);
        query += len;
        query += *query == '&';
    }
    return -ENOENT;
}
