#include "gateway/siyuan/secret_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* U+200B to U+200F, U+202A to U+202E, U+2060, U+FEFF as UTF-8. */
static bool
is_zero_width(const unsigned char *p)
{
    if (p[0] == 0xef)
        return p[1] == 0xbb && p[2] == 0xbf;
    if (p[0] != 0xe2)
        return false;
    if (p[1] == 0x80) {
        return (p[2] >= 0x8b && p[2] <= 0x8f) || (p[2] >= 0xaa && p[2] <= 0xae);
    }
    return p[1] == 0x81 && p[2] == 0xa0;
}

int
secret_text_clean(char *out, size_t cap, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = 0;

    while (*p != '\0') {
        size_t invisible = *p < 0x20 || *p == 0x7f ? 1
                           : is_zero_width(p)      ? 3
                                                   : 0;

        p += invisible;
        if (invisible > 0 || (n == 0 && *p == ' ')) {
            p += invisible == 0;
            continue;
        }
        if (n + 1 >= cap)
            return -ENOBUFS;
        out[n++] = (char)*p++;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return 0;
}
