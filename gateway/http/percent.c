#include "gateway/http/percent.h"

#include <errno.h>
#include <stdbool.h>

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

    if (text[*i] != '%')
        return text[*i] != '\0' ? (unsigned char)text[*i] : -EINVAL;
    if (*i + 2 >= len)
        return -EINVAL;
    high = hex_digit(text[*i + 1]);
    low = hex_digit(text[*i + 2]);
    *i += 2;
    /* A NUL would hide what follows it. */
    return high < 0 || low < 0 || high + low == 0 ? -EINVAL : high * 16 + low;
}

int
percent_decode(char *out, size_t cap, const char *text, size_t len,
               enum percent_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        int byte = kind == PERCENT_QUERY && text[i] == '+'
                       ? ' '
                       : decode_byte(text, len, &i);

        if (byte < 0 || n + 1 >= cap) {
            out[0] = '\0';
            return -EINVAL;
        }
        out[n++] = (char)byte;
    }
    out[n] = '\0';
    return (int)n;
}

static bool
is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

int
percent_encode(char *out, size_t cap, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0;

    for (; *text != '\0'; text++) {
        if (n + 3 >= cap) {
            out[0] = '\0';
            return -ENOBUFS;
        }
        if (is_plain(*text)) {
            out[n++] = *text;
            continue;
        }
        out[n++] = '%';
        out[n++] = hex[(unsigned char)*text >> 4];
        out[n++] = hex[*text & 15];
    }
    out[n] = '\0';
    return (int)n;
}
