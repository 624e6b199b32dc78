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

static void
advance(struct re2_text *in, size_t n)
{
    in->p += n;
    in->len -= n;
}

static bool
begins(const struct re2_text *in, const char *text)
{
    size_t len = strlen(text);

    return in->len >= len && memcmp(in->p, text, len) == 0;
}

static int
put(struct buffer *out, const char *text)
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
    advance(in, step);
    *rune = value;
    return 0;
}

int
re2_put_rune(struct buffer *out, uint32_t rune)
{
    char text[16];

    if (is_alnum(rune) || rune == '/')
        (void)snprintf(text, sizeof text, "%c", (int)rune);
    else
        (void)snprintf(text, sizeof text, "\\x{%x}", (unsigned)rune);
    return put(out, text);
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
    bool braces = begins(in, "{");
    uint32_t value = 0;
    size_t digits = 0;

    if (braces)
        advance(in, 1);
    while (in->len > 0 && hex_value(*in->p) >= 0 && (braces || digits < 2)) {
        value = value * 16 + (uint32_t)hex_value(*in->p);
        if (value > RUNE_MAX)
            return -EINVAL;
        advance(in, 1);
        digits++;
    }
    if (braces ? digits == 0 || !begins(in, "}") : digits != 2)
        return -EINVAL;
    if (braces)
        advance(in, 1);
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
        advance(in, 1);
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

    advance(in, 1);
    rc = re2_get_rune(in, &c);
    if (rc != 0)
        return rc;
    if (c >= '0' && c <= '7')
        return get_octal(in, c, rune);
    if (c == 'x')
        return get_hex(in, rune);
    name = c < 0x80 && c != 0 ? strchr(names, (int)c) : NULL;
    if (name != NULL)
        *rune = (unsigned char)values[name - names];
    else if (c < 0x80 && !is_alnum(c))
        *rune = c;
    else
        return -EINVAL;
    return 0;
}

/* \pL, \p{Greek}, \P{^Lu}: the name is PCRE2's to know. */
static int
copy_property(struct buffer *out, struct re2_text *in)
{
    size_t n = 3;
    size_t start = 3;

    if (in->len < 3)
        return -EINVAL;
    if (in->p[2] == '{') {
        const char *close = memchr(in->p, '}', in->len);

        if (close == NULL)
            return -EINVAL;
        n = (size_t)(close - in->p) + 1;
        start = in->p[3] == '^' ? 4 : 3;
    } else if (!is_alnum((unsigned char)in->p[2])) {
        return -EINVAL;
    }
    for (size_t i = start; i + 1 < n; i++) {
        if (!is_alnum((unsigned char)in->p[i]) && in->p[i] != '_')
            return -EINVAL;
    }
    if (buffer_append(out, in->p, n) != 0)
        return -ENOMEM;
    advance(in, n);
    return 0;
}

int
re2_copy_set(struct buffer *out, struct re2_text *in, bool in_class,
             bool *found)
{
    char name = in->len >= 2 ? in->p[1] : '\0';
    const char *text = NULL;
    char same[3] = {'\\', name, '\0'};

    *found = true;
    if (name == 'p' || name == 'P')
        return copy_property(out, in);
    if (name == 'd' || name == 'D' || name == 'w' || name == 'W')
        text = same;
    else if (name == 's') /* PCRE2's holds \v as well */
        text = in_class ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]";
    else if (name == 'S')
        text = in_class ? "\\S\\x0b" : "[^\\t\\n\\f\\r ]";
    *found = text != NULL;
    if (text == NULL)
        return 0;
    advance(in, 2);
    return put(out, text);
}

/* [:alpha:] and [:^alpha:].  Not found when it is not closed. */
static int
copy_posix(struct buffer *out, struct re2_text *in, bool *found)
{
    static const char *const names[] = {
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
        "lower", "print", "punct", "space", "upper", "word",  "xdigit",
    };
    const char *close = memmem(in->p + 2, in->len - 2, ":]", 2);
    const char *name = in->p + 2;
    size_t len;

    *found = close != NULL;
    if (close == NULL)
        return 0;
    if (*name == '^')
        name++;
    len = name <= close ? (size_t)(close - name) : 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t whole = (size_t)(close - in->p) + 2;

        if (strlen(names[i]) != len || memcmp(names[i], name, len) != 0)
            continue;
        if (buffer_append(out, in->p, whole) != 0)
            return -ENOMEM;
        advance(in, whole);
        return 0;
    }
    return -EINVAL;
}

static int
get_class_rune(struct re2_text *in, uint32_t *rune)
{
    if (in->len == 0)
        return -EINVAL;
    return *in->p == '\\' ? re2_get_escape(in, rune) : re2_get_rune(in, rune);
}

static int
copy_range(struct buffer *out, struct re2_text *in)
{
    uint32_t low;
    uint32_t high;
    int rc = get_class_rune(in, &low);

    high = low;
    if (rc == 0 && in->len >= 2 && in->p[0] == '-' && in->p[1] != ']') {
        advance(in, 1);
        rc = get_class_rune(in, &high);
    }
    if (rc != 0)
        return rc;
    if (high < low)
        return -EINVAL;
    rc = re2_put_rune(out, low);
    if (rc == 0 && high != low)
        rc = put(out, "-");
    if (rc == 0 && high != low)
        rc = re2_put_rune(out, high);
    return rc;
}

static int
copy_class_item(struct buffer *out, struct re2_text *in)
{
    bool found = false;
    int rc = 0;

    if (in->len > 2 && begins(in, "[:"))
        rc = copy_posix(out, in, &found);
    else if (*in->p == '\\')
        rc = re2_copy_set(out, in, true, &found);
    return rc != 0 || found ? rc : copy_range(out, in);
}

int
re2_copy_class(struct buffer *out, struct re2_text *in)
{
    bool negated = begins(in, "[^");
    bool first = true;
    int rc = put(out, negated ? "[^" : "[");

    advance(in, negated ? 2 : 1);
    while (rc == 0 && (first || !begins(in, "]"))) {
        if (in->len == 0)
            return -EINVAL;
        rc = copy_class_item(out, in);
        first = false;
    }
    if (rc != 0)
        return rc;
    advance(in, 1);
    return put(out, "]");
}
