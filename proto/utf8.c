#include "proto/utf8.h"

static bool
is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* The second byte carries the rules against overlong forms and surrogates. */
static bool
is_second(unsigned char first, unsigned char c)
{
    switch (first) {
    case 0xe0:
        return c >= 0xa0 && c <= 0xbf;
    case 0xed:
        return c >= 0x80 && c <= 0x9f;
    case 0xf0:
        return c >= 0x90 && c <= 0xbf;
    case 0xf4:
        return c >= 0x80 && c <= 0x8f;
    default:
        return is_tail(c);
    }
}

static size_t
announced_len(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

size_t
utf8_char_len(const unsigned char *p, size_t len)
{
    size_t want = len == 0 ? 0 : announced_len(p[0]);

    if (want == 0 || want > len)
        return 0;
    if (want > 1 && !is_second(p[0], p[1]))
        return 0;
    for (size_t i = 2; i < want; i++) {
        if (!is_tail(p[i]))
            return 0;
    }
    return want;
}

bool
utf8_is_valid(const unsigned char *p, size_t len)
{
    while (len > 0) {
        size_t n = utf8_char_len(p, len);

        if (n == 0)
            return false;
        p += n;
        len -= n;
    }
    return true;
}
