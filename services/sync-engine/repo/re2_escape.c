#include "services/sync-engine/repo/re2_escape.h"

#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RUNE_MAX 0x10ffff

static bool
is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool
is_alnum(uint32_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void
re2_advance(struct re2_text *in, size_t n)
{
    in->p += n;
    in->len -= n;
}

bool
re2_begins(const struct re2_text *in, const char *text)
{
    size_t len = strlen(text);

    return in->len >= len && memcmp(in->p, text, len) == 0;
}

int
re2_put(struct buffer *out, const char *text)
{
    return buffer_append(out, text, strlen(text));
}

int
re2_get_rune(struct re2_text *in, uint32_t *rune)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t step = path_utf8_step(in->p, in->len);
    uint32_t value;

    if (step == 0)
        return -EINVAL;
    value = (unsigned char)in->p[0] & lead_bits[step];
    for (size_t i = 1; i < step; i++)
        value = value << 6 | ((unsigned char)in->p[i] & 0x3f);
    re2_advance(in, step);
    *rune = value;
    return 0;
}

int
re2_put_rune(struct buffer *out, uint32_t rune)
{
    char text[16];

    if (is_alnum(rune) || rune == '/') {
        (void)snprintf(text, sizeof text, "%c", (int)rune);
    } else {
        (void)snprintf(text, sizeof text, "\\x{%x}", (unsigned)rune);
    }
    return re2_put(out, text);
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What follows \x: two digits, or any number of them in braces. */
static int
get_hex(struct re2_text *in, uint32_t *rune)
{
    bool braces = re2_begins(in, "{");
    uint32_t value = 0;
    size_t digits = 0;

    if (braces)
        re2_advance(in, 1);
    while (in->len > 0 && hex_value(*in->p) >= 0 && (braces || digits < 2)) {
        value = value * 16 + (uint32_t)hex_value(*in->p);
        if (value > RUNE_MAX)
            return -EINVAL;
        re2_advance(in, 1);
        digits++;
    }
    if (braces ? digits == 0 || !re2_begins(in, "}") : digits != 2)
        return -EINVAL;
    if (braces)
        re2_advance(in, 1);
    *rune = value;
    return 0;
}

/* Octal: \0 with up to two more digits; \1 to \7 need one more, or they would
 * be back references. */
static int
get_octal(struct re2_text *in, uint32_t first, uint32_t *rune)
{
    uint32_t value = first - '0';
    int more = 0;

    while (more < 2 && in->len > 0 && *in->p >= '0' && *in->p <= '7') {
        value = value * 8 + (uint32_t)(*in->p - '0');
        re2_advance(in, 1);
        more++;
    }
    if (first != '0' && more == 0)
        return -EINVAL;
    *rune = value;
    return 0;
}

int
re2_get_escape(struct re2_text *in, uint32_t *rune)
{
    static const char names[] = "afnrtv";
    static const char values[] = "\a\f\n\r\t\v";
    const char *name;
    uint32_t c;
    int rc;

    re2_advance(in, 1);
    rc = re2_get_rune(in, &c);
    if (rc != 0)
        return rc;
    if (c >= '0' && c <= '7')
        return get_octal(in, c, rune);
    if (c == 'x')
        return get_hex(in, rune);
    name = c < 0x80 && c != 0 ? strchr(names, (int)c) : NULL;
    if (name != NULL) {
        *rune = (unsigned char)values[name - names];
    } else if (c < 0x80 && !is_alnum(c)) {
        *rune = c;
    } else {
        return -EINVAL;
    }
    return 0;
}
