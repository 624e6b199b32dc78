#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* How many bytes follow this lead byte, and the range of the first of them:
 * what excludes overlong forms, surrogates and code points over 10FFFF. */
static int
lead(unsigned char c, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (c >= 0xc2 && c <= 0xdf)
        return 1;
    if (c >= 0xe0 && c <= 0xef) {
        *low = c == 0xe0 ? 0xa0 : 0x80;
        *high = c == 0xed ? 0x9f : 0xbf;
        return 2;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        *low = c == 0xf0 ? 0x90 : 0x80;
        *high = c == 0xf4 ? 0x8f : 0xbf;
        return 3;
    }
    return -1;
}

size_t
path_utf8_step(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    unsigned char low;
    unsigned char high;
    int more;

    if (len == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    more = lead(p[0], &low, &high);
    if (more < 0 || (size_t)more >= len || p[1] < low || p[1] > high)
        return 0;
    for (int i = 2; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return (size_t)more + 1;
}

bool
path_is_utf8(const char *text, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t step = path_utf8_step(text + i, len - i);

        if (step == 0 || text[i] == '\0')
            return false;
        i += step;
    }
    return true;
}

static int
check_segment(const char *name, size_t len)
{
    if (len == 0 || (len == 1 && name[0] == '.') ||
        (len == 2 && name[0] == '.' && name[1] == '.'))
        return -EINVAL;
    return len > PATH_SEGMENT_MAX ? -ENAMETOOLONG : 0;
}

int
path_check(const char *path, size_t len)
{
    size_t start = 1;

    if (len > PATH_LEN_MAX)
        return -ENAMETOOLONG;
    if (len == 0 || path[0] != '/')
        return -EINVAL;
    if (!path_is_utf8(path, len))
        return -EILSEQ;
    while (start <= len) {
        const char *slash = memchr(path + start, '/', len - start);
        size_t end = slash != NULL ? (size_t)(slash - path) : len;
        int rc = check_segment(path + start, end - start);

        if (rc != 0)
            return rc;
        start = end + 1;
    }
    return 0;
}

const char *
path_reason(int rc)
{
    switch (rc) {
    case -EINVAL:
        return "it is not a plain path below the data directory";
    case -EILSEQ:
        return "it is not UTF-8";
    case -ENAMETOOLONG:
        return "it is too long";
    default:
        return "it is not usable";
    }
}
