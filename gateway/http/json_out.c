#include "gateway/http/json_out.h"

#include "proto/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
json_out_init(struct json_out *w, char *buf, size_t cap)
{
    *w = (struct json_out){.cap = cap};
    w->buf = buf;
}

int
json_out_init_heap(struct json_out *w, size_t cap)
{
    *w = (struct json_out){.cap = cap, .grows = true};
    w->buf = malloc(cap);
    return w->buf != NULL ? 0 : -ENOMEM;
}

void
json_out_clear(struct json_out *w)
{
    if (w->grows)
        free(w->buf);
    *w = (struct json_out){0};
}

static bool
make_room(struct json_out *w, size_t len)
{
    size_t cap = w->cap;
    char *moved;

    if (!w->grows || w->overflow)
        return false;
    while (cap - w->len < len)
        cap *= 2;
    moved = realloc(w->buf, cap);
    if (moved == NULL)
        return false;
    w->buf = moved;
    w->cap = cap;
    return true;
}

static void
put(struct json_out *w, const char *bytes, size_t len)
{
    if (len > w->cap - w->len && !make_room(w, len)) {
        w->overflow = true;
        return;
    }
    memcpy(w->buf + w->len, bytes, len);
    w->len += len;
}

/* No value ends in one of these four. */
static void
separate(struct json_out *w)
{
    if (w->len > 0 && strchr("{[:,", w->buf[w->len - 1]) == NULL)
        put(w, ",", 1);
}

void
json_out_open(struct json_out *w, char bracket)
{
    separate(w);
    put(w, &bracket, 1);
}

void
json_out_close(struct json_out *w, char bracket)
{
    put(w, &bracket, 1);
}

void
json_out_key(struct json_out *w, const char *key)
{
    separate(w);
    put(w, "\"", 1);
    put(w, key, strlen(key));
    put(w, "\":", 2);
}

static bool
is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' &&
           c != '>' && c != '&';
}

/* An ASCII byte that is not plain. */
static void
put_escaped(struct json_out *w, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    static const char shorts[] = "\"\"\\\\\nn\rr\tt";

    for (size_t i = 0; i < sizeof shorts - 1; i += 2) {
        if ((unsigned char)shorts[i] != c)
            continue;
        text[1] = shorts[i + 1];
        put(w, text, 2);
        return;
    }
    put(w, text, sizeof text);
}

/* One character of two to four bytes, or one that is none.  Its length. */
static size_t
put_wide(struct json_out *w, const unsigned char *p, size_t len)
{
    size_t n = utf8_char_len(p, len);

    if (n == 0) {
        put(w, "\\ufffd", 6);
        return 1;
    }
    if (n == 3 && memcmp(p, "\xe2\x80\xa8", 3) == 0) {
        put(w, "\\u2028", 6);
    } else if (n == 3 && memcmp(p, "\xe2\x80\xa9", 3) == 0) {
        put(w, "\\u2029", 6);
    } else {
        put(w, (const char *)p, n);
    }
    return n;
}

void
json_out_string(struct json_out *w, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t left = strlen(text);

    separate(w);
    put(w, "\"", 1);
    while (left > 0) {
        size_t n = 0;

        while (n < left && is_plain(p[n]))
            n++;
        put(w, (const char *)p, n);
        p += n;
        left -= n;
        if (left == 0)
            break;
        n = 1;
        if (*p < 0x80) {
            put_escaped(w, *p);
        } else {
            n = put_wide(w, p, left);
        }
        p += n;
        left -= n;
    }
    put(w, "\"", 1);
}

size_t
json_out_digits(char *out, uint64_t value)
{
    char reversed[20];
    size_t n = 0;

    do {
        reversed[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    return n;
}

void
json_out_uint(struct json_out *w, uint64_t value)
{
    char digits[20];

    separate(w);
    put(w, digits, json_out_digits(digits, value));
}

void
json_out_int(struct json_out *w, int value)
{
    int64_t wide = value;
    char digits[20];

    separate(w);
    if (wide < 0) {
        put(w, "-", 1);
        wide = -wide;
    }
    put(w, digits, json_out_digits(digits, (uint64_t)wide));
}

void
json_out_bool(struct json_out *w, bool value)
{
    separate(w);
    if (value) {
        put(w, "true", 4);
    } else {
        put(w, "false", 5);
    }
}

void
json_out_null(struct json_out *w)
{
    separate(w);
    put(w, "null", 4);
}

void
json_out_key_string(struct json_out *w, const char *key, const char *text)
{
    json_out_key(w, key);
    json_out_string(w, text);
}

void
json_out_key_uint(struct json_out *w, const char *key, uint64_t value)
{
    json_out_key(w, key);
    json_out_uint(w, value);
}

void
json_out_key_bool(struct json_out *w, const char *key, bool value)
{
    json_out_key(w, key);
    json_out_bool(w, value);
}

void
json_out_tenths(struct json_out *w, uint64_t tenths)
{
    char fraction[2] = {'.', (char)('0' + tenths % 10)};

    json_out_uint(w, tenths / 10);
    if (tenths % 10 != 0)
        put(w, fraction, 2);
}

void
json_out_raw(struct json_out *w, const char *text, size_t len)
{
    if (len == 0)
        return;
    separate(w);
    put(w, text, len);
}
