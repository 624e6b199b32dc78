#include "services/sync-engine/repo/pattern.h"

#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <string.h>

/* Stands for a star that came from a replacement and is no wildcard any more.
 * Lines are UTF-8, which never holds this byte. */
#define STAR      "\xff"
#define STAR_BYTE 0xff

static bool
starts_with(const struct buffer *b, const char *prefix)
{
    size_t len = strlen(prefix);

    return b->len >= len && memcmp(b->data, prefix, len) == 0;
}

/* Replace every from by to, left to right, not looking at what was put in. */
static int
replace(struct buffer *b, const char *from, const char *to)
{
    struct buffer made = {0};
    size_t from_len = strlen(from);
    size_t at = 0;
    int rc = 0;

    while (rc == 0 && at < b->len) {
        const unsigned char *hit =
            memmem(b->data + at, b->len - at, from, from_len);
        size_t end = hit != NULL ? (size_t)(hit - b->data) : b->len;

        rc = buffer_append(&made, b->data + at, end - at);
        if (rc == 0 && hit != NULL)
            rc = buffer_append(&made, to, strlen(to));
        at = hit != NULL ? end + from_len : end;
    }
    if (rc != 0) {
        buffer_clear(&made);
        return rc;
    }
    buffer_clear(b);
    *b = made;
    return 0;
}

/* Steps 1 to 6.  Returns 0 or PATTERN_NONE, and the rest of the line. */
static int
strip(const char **line, size_t *len, bool *negated)
{
    const char *p = *line;
    size_t n = *len;

    while (n > 0 && p[n - 1] == '\r')
        n--;
    if (n > 0 && p[0] == '#')
        return PATTERN_NONE;
    while (n > 0 && p[n - 1] == ' ')
        n--;
    for (; n > 0 && p[0] == ' '; n--)
        p++;
    if (n == 0)
        return PATTERN_NONE;
    *negated = p[0] == '!';
    if (*negated) {
        p++;
        n--;
    }
    if (n > 0 && (p[0] == '#' || p[0] == '!')) {
        p++;
        n--;
    }
    *line = p;
    *len = n;
    return 0;
}

/* Step 7: is there "x/", anything, "*." with x neither slash nor plus? */
static bool
is_rooted_by_extension(const char *line, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        if (line[i] == '/' && line[i - 1] != '/' && line[i - 1] != '+')
            return memmem(line + i + 1, len - i - 1, "*.", 2) != NULL;
    }
    return false;
}

/* Steps 8 to 15. */
static int
replace_all(struct buffer *b)
{
    static const struct {
        const char *from;
        const char *to;
    } steps[] = {
        {"/**/", "(/|/.+/)"},
        {"**/", "(|." STAR "/)"},
        {"/**", "(|/." STAR ")"},
        {"\\*", "\\" STAR},
        {"*", "([^/]" STAR ")"},
        {"?", "\\?"},
        {STAR, "*"},
    };
    int rc = replace(b, ".", "\\.");

    if (rc == 0 && starts_with(b, "/**/"))
        memmove(b->data, b->data + 1, --b->len);
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof steps[0]; i++)
        rc = replace(b, steps[i].from, steps[i].to);
    return rc;
}

/* Steps 16 and 17. */
static int
anchor(struct buffer *out, const struct buffer *b)
{
    bool rooted = starts_with(b, "/");
    bool directory = b->len > 0 && b->data[b->len - 1] == '/';
    const char *head = rooted ? "^(|/)" : "^(|.*/)";
    const char *tail = directory ? "(|.*)$" : "(|/.*)$";
    int rc;

    out->len = 0;
    rc = buffer_append(out, head, strlen(head));
    if (rc == 0 && b->len > rooted)
        rc = buffer_append(out, b->data + rooted, b->len - rooted);
    if (rc == 0)
        rc = buffer_append(out, tail, strlen(tail));
    return rc;
}

int
pattern_translate(struct buffer *out, bool *negated, const char *line,
                  size_t len)
{
    struct buffer b = {0};
    int rc = strip(&line, &len, negated);

    if (rc != 0)
        return rc;
    if (!path_is_utf8(line, len))
        return PATTERN_NONE;
    if (len > 0 && line[0] != '/' && is_rooted_by_extension(line, len))
        rc = buffer_append(&b, "/", 1);
    if (rc == 0)
        rc = buffer_append(&b, line, len);
    if (rc == 0)
        rc = replace_all(&b);
    if (rc == 0)
        rc = anchor(out, &b);
    buffer_clear(&b);
    return rc;
}

static bool
is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
}

size_t
pattern_literal(const char *line, size_t len, size_t *start)
{
    size_t longest = 0;
    size_t run = 0;

    for (size_t i = 0; i < len; i++) {
        /* One of these may make what stands before or around it optional. */
        if (line[i] == '\0' || strchr("+()[]{}|^$\\", line[i]) != NULL)
            return 0;
        run = is_plain(line[i]) ? run + 1 : 0;
        if (run > longest) {
            longest = run;
            *start = i + 1 - run;
        }
    }
    return longest;
}
