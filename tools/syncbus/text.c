#include "tools/syncbus/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* The character at p.  Returns its bytes; 0 when there is none. */
static size_t
read_char(const char *p, utf8proc_int32_t *c)
{
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p,
                                          (utf8proc_ssize_t)strlen(p), c);

    return n > 0 ? (size_t)n : 0;
}

static bool
is_printable(utf8proc_int32_t c)
{
    if (c == 0x200c || c == 0x200d)
        return true; /* joiners: scripts and emoji need them */
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return true;
    }
}

/* Write what stands for a character that is not shown. */
static size_t
write_escape(char out[16], utf8proc_int32_t c)
{
    int n;

    if (c == '\n' || c == '\r' || c == '\t') {
        n = snprintf(out, 16, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    } else {
        n = snprintf(out, 16, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    }
    return n > 0 ? (size_t)n : 0;
}

void
text_safe(char *out, size_t cap, const char *src)
{
    size_t used = 0;

    while (*src != '\0') {
        utf8proc_int32_t c;
        size_t bytes = read_char(src, &c), len = bytes;
        char escape[16];
        const char *piece = src;

        if (bytes == 0) {
            c = (unsigned char)*src;
            bytes = 1;
        }
        if (len == 0 || !is_printable(c)) {
            len = write_escape(escape, c);
            piece = escape;
        }
        if (used + len >= cap)
            break;
        memcpy(out + used, piece, len);
        used += len;
        src += bytes;
    }
    out[used] = '\0';
}

/* Bytes and columns of the character at p. */
static size_t
measure(const char *p, size_t *columns)
{
    utf8proc_int32_t c;
    size_t n = read_char(p, &c);
    int width = n > 0 ? utf8proc_charwidth(c) : 1;

    *columns = width > 0 ? (size_t)width : 0;
    return n > 0 ? n : 1;
}

size_t
text_width(const char *safe)
{
    size_t width = 0, columns;

    while (*safe != '\0') {
        safe += measure(safe, &columns);
        width += columns;
    }
    return width;
}

/* Bytes of safe that take at most that many columns, and how many. */
static size_t
fitting(const char *safe, size_t columns, size_t *taken)
{
    size_t bytes = 0, width;

    *taken = 0;
    while (safe[bytes] != '\0') {
        size_t n = measure(safe + bytes, &width);

        if (*taken + width > columns)
            break;
        bytes += n;
        *taken += width;
    }
    return bytes;
}

/* What needs no ellipsis, or has no room for one.  True when that was all. */
static bool
copy_whole(char *out, size_t cap, const char *safe, size_t *width,
           size_t columns)
{
    *width = text_width(safe);
    if (*width > columns && columns > 0)
        return false;
    if (*width > columns) {
        safe = "";
        *width = 0;
    }
    (void)snprintf(out, cap, "%s", safe);
    return true;
}

size_t
text_cut_end(char *out, size_t cap, const char *safe, size_t columns)
{
    size_t width, bytes;

    if (copy_whole(out, cap, safe, &width, columns))
        return width;
    bytes = fitting(safe, columns - 1, &width);
    (void)snprintf(out, cap, "%.*s" TEXT_ELLIPSIS, (int)bytes, safe);
    return width + 1;
}

size_t
text_cut_start(char *out, size_t cap, const char *safe, size_t columns)
{
    size_t width, one;

    if (copy_whole(out, cap, safe, &width, columns))
        return width;
    while (width > columns - 1) {
        safe += measure(safe, &one);
        width -= one;
    }
    /* What joins a character that is gone would join the ellipsis. */
    for (size_t n; *safe != '\0'; safe += n) {
        n = measure(safe, &one);
        if (one > 0)
            break;
    }
    (void)snprintf(out, cap, TEXT_ELLIPSIS "%s", safe);
    return width + 1;
}
