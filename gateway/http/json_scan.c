#include "gateway/http/json_scan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EMPTY     "the request body is empty or truncated (EOF)"
#define CUT_OFF   "unexpected EOF"
#define TOO_DEEP  "exceeded max depth"
#define AT_VALUE  "looking for beginning of value"
#define AT_KEY    "looking for beginning of object key string"
#define SHOWN_MAX 12 /* bytes of a character as it is shown */

/* What may come next. */
enum expected {
    VALUE,
    FIRST_ELEMENT, /* a value or ] */
    KEY,
    FIRST_KEY, /* a key or } */
    COLON,
    AFTER_VALUE, /* a comma, or the end of what it stands in */
    DONE,
};

struct scan {
    const char *text;
    size_t len, at;
    char *why;
    enum expected expected;
    int depth;
    bool is_object[JSON_SCAN_DEPTH_MAX]; /* of each level */
};

static int
fail(struct scan *s, const char *text)
{
    (void)snprintf(s->why, JSON_SCAN_WHY_MAX, "%s", text);
    return -EINVAL;
}

/* A byte as Go shows it: that many first code points. */
static void
show(char out[SHOWN_MAX], unsigned char c)
{
    static const char plain[] = "abtnvfr"; /* from 7 on */

    if (c == '\'' || c == '\\') {
        (void)snprintf(out, SHOWN_MAX, "\\%c", c);
    } else if (c >= 7 && c <= 13) {
        (void)snprintf(out, SHOWN_MAX, "\\%c", plain[c - 7]);
    } else if (c < 0x20 || c == 0x7f) {
        (void)snprintf(out, SHOWN_MAX, "\\x%02x", c);
    } else if (c < 0x7f) {
        (void)snprintf(out, SHOWN_MAX, "%c", c);
    } else if (c < 0xa1 || c == 0xad) {
        (void)snprintf(out, SHOWN_MAX, "\\u%04x", c);
    } else {
        (void)snprintf(out, SHOWN_MAX, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 63));
    }
}

/* The byte at hand does not belong there; or there is none. */
static int
refuse(struct scan *s, const char *where)
{
    char shown[SHOWN_MAX];

    if (s->at >= s->len)
        return fail(s, CUT_OFF);
    show(shown, (unsigned char)s->text[s->at]);
    (void)snprintf(s->why, JSON_SCAN_WHY_MAX, "invalid character '%s' %s",
                   shown, where);
    return -EINVAL;
}

static bool
is_digit(const struct scan *s)
{
    return s->at < s->len && s->text[s->at] >= '0' && s->text[s->at] <= '9';
}

static bool
is_at(const struct scan *s, const char *any)
{
    return s->at < s->len && s->text[s->at] != '\0' &&
           strchr(any, s->text[s->at]) != NULL;
}

static int
skip_digits(struct scan *s, const char *where)
{
    if (!is_digit(s))
        return refuse(s, where);
    while (is_digit(s))
        s->at++;
    return 0;
}

static int
scan_number(struct scan *s)
{
    int rc = 0;

    s->at += is_at(s, "-");
    if (is_at(s, "0")) {
        s->at++;
    } else {
        rc = skip_digits(s, "in numeric literal");
    }
    if (rc == 0 && is_at(s, ".")) {
        s->at++;
        rc = skip_digits(s, "after decimal point in numeric literal");
    }
    if (rc == 0 && is_at(s, "eE")) {
        s->at++;
        s->at += is_at(s, "+-");
        rc = skip_digits(s, "in exponent of numeric literal");
    }
    return rc;
}

static int
scan_escape(struct scan *s)
{
    if (is_at(s, "bfnrt\\/\"")) {
        s->at++;
        return 0;
    }
    if (!is_at(s, "u"))
        return refuse(s, "in string escape code");
    s->at++;
    for (int i = 0; i < 4; i++) {
        if (!is_at(s, "0123456789abcdefABCDEF"))
            return refuse(s, "in \\u hexadecimal character escape");
        s->at++;
    }
    return 0;
}

static int
scan_string(struct scan *s)
{
    int rc = 0;

    s->at++;
    while (rc == 0 && s->at < s->len && s->text[s->at] != '"') {
        if ((unsigned char)s->text[s->at] < 0x20)
            return refuse(s, "in string literal");
        if (s->text[s->at++] == '\\')
            rc = scan_escape(s);
    }
    if (rc == 0 && s->at >= s->len)
        return fail(s, CUT_OFF);
    s->at += rc == 0;
    return rc;
}

static int
scan_literal(struct scan *s, const char *word)
{
    char where[64];

    for (const char *p = word; *p != '\0'; p++, s->at++) {
        if (s->at < s->len && s->text[s->at] == *p)
            continue;
        (void)snprintf(where, sizeof where, "in literal %s (expecting '%c')",
                       word, *p);
        return refuse(s, where);
    }
    return 0;
}

static int
open_level(struct scan *s, bool is_object)
{
    if (s->depth == JSON_SCAN_DEPTH_MAX)
        return fail(s, TOO_DEEP);
    s->is_object[s->depth++] = is_object;
    s->expected = is_object ? FIRST_KEY : FIRST_ELEMENT;
    s->at++;
    return 0;
}

static void
end_value(struct scan *s)
{
    s->expected = s->depth > 0 ? AFTER_VALUE : DONE;
}

static int
close_level(struct scan *s)
{
    s->depth--;
    s->at++;
    end_value(s);
    return 0;
}

static int
scan_scalar(struct scan *s)
{
    switch (s->text[s->at]) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_literal(s, "true");
    case 'f':
        return scan_literal(s, "false");
    case 'n':
        return scan_literal(s, "null");
    default:
        return is_at(s, "-") || is_digit(s) ? scan_number(s)
                                            : refuse(s, AT_VALUE);
    }
}

static int
scan_value(struct scan *s)
{
    int rc;

    if (is_at(s, "{"))
        return open_level(s, true);
    if (is_at(s, "["))
        return open_level(s, false);
    rc = scan_scalar(s);
    end_value(s);
    return rc;
}

static int
scan_key(struct scan *s)
{
    if (!is_at(s, "\""))
        return refuse(s, AT_KEY);
    s->expected = COLON;
    return scan_string(s);
}

static int
scan_colon(struct scan *s)
{
    if (!is_at(s, ":"))
        return refuse(s, "after object key");
    s->at++;
    s->expected = VALUE;
    return 0;
}

static int
scan_after(struct scan *s)
{
    bool is_object = s->is_object[s->depth - 1];

    if (is_at(s, ",")) {
        s->at++;
        s->expected = is_object ? KEY : VALUE;
        return 0;
    }
    if (is_at(s, is_object ? "}" : "]"))
        return close_level(s);
    return refuse(s, is_object ? "after object key:value pair"
                               : "after array element");
}

static int
step(struct scan *s)
{
    switch (s->expected) {
    case FIRST_ELEMENT:
        return is_at(s, "]") ? close_level(s) : scan_value(s);
    case FIRST_KEY:
        return is_at(s, "}") ? close_level(s) : scan_key(s);
    case KEY:
        return scan_key(s);
    case COLON:
        return scan_colon(s);
    case AFTER_VALUE:
        return scan_after(s);
    default:
        return scan_value(s);
    }
}

int
json_scan(const char *text, size_t len, char why[JSON_SCAN_WHY_MAX])
{
    struct scan s = {.text = text, .len = len};
    bool is_empty = true;
    int rc = 0;

    s.why = why;
    while (rc == 0 && s.expected != DONE) {
        while (is_at(&s, " \t\r\n"))
            s.at++;
        if (s.at >= len)
            return fail(&s, is_empty ? EMPTY : CUT_OFF);
        is_empty = false;
        rc = step(&s);
    }
    return rc == 0 ? (int)s.at : rc;
}
