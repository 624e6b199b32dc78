#include "services/sync-engine/repo/re2_class.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define RUNE_MAX 0x10ffff

/* A named set of ASCII characters: the first and the last of each range, in
 * order.  Written out, because PCRE2's own classes hold other characters (\s)
 * or go wrong in company ([\W[:alpha:]] misses what lies beyond U+00FF). */
struct set {
    const char *name;
    const char *ranges;
    size_t count;
};

static const struct set escapes[] = {
    {"d", "09", 1},
    {"w", "09AZ__az", 4},
    {"s", "\t\n\f\r  ", 3},
};

static const struct set posix[] = {
    {"alnum", "09AZaz", 3},
    {"alpha", "AZaz", 2},
    {"ascii", "\0\x7f", 1},
    {"blank", "\t\t  ", 2},
    {"cntrl", "\0\x1f\x7f\x7f", 2},
    {"digit", "09", 1},
    {"graph", "!~", 1},
    {"lower", "az", 1},
    {"print", " ~", 1},
    {"punct", "!/:@[`{~", 4},
    {"space", "\t\r  ", 2},
    {"upper", "AZ", 1},
    {"word", "09AZ__az", 4},
    {"xdigit", "09AFaf", 3},
};

static int
put_range(struct buffer *out, uint32_t low, uint32_t high)
{
    int rc = re2_put_rune(out, low);

    if (rc == 0 && high != low)
        rc = re2_put(out, "-");
    if (rc == 0 && high != low)
        rc = re2_put_rune(out, high);
    return rc;
}

/* Write a set, or everything else, as it stands between brackets. */
static int
put_set(struct buffer *out, const struct set *set, bool negated)
{
    uint32_t next = 0; /* what is behind the last range */
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < set->count; i++) {
        uint32_t low = (unsigned char)set->ranges[2 * i];
        uint32_t high = (unsigned char)set->ranges[2 * i + 1];

        if (!negated) {
            rc = put_range(out, low, high);
        } else if (low > next) {
            rc = put_range(out, next, low - 1);
        }
        next = high + 1;
    }
    return rc == 0 && negated ? put_range(out, next, RUNE_MAX) : rc;
}

/* \pL, \p{Greek}, \P{^Lu}: the name is PCRE2's to know. */
static int
copy_property(struct buffer *out, struct re2_text *in)
{
    static const char name_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                          "abcdefghijklmnopqrstuvwxyz";
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
    } else {
        start = 2;
    }
    for (size_t i = start; i < n - (start != 2); i++) {
        if (strchr(name_characters, in->p[i]) == NULL || in->p[i] == '\0')
            return -EINVAL;
    }
    if (buffer_append(out, in->p, n) != 0)
        return -ENOMEM;
    re2_advance(in, n);
    return 0;
}

int
re2_copy_set(struct buffer *out, struct re2_text *in, bool in_class,
             bool *found)
{
    const struct set *set = NULL;
    bool negated;
    char lower;
    int rc = 0;

    *found = false;
    if (in->len < 2)
        return 0;
    negated = in->p[1] >= 'A' && in->p[1] <= 'Z';
    lower = (char)(negated ? in->p[1] - 'A' + 'a' : in->p[1]);
    *found = true;
    if (lower == 'p')
        return copy_property(out, in);
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (escapes[i].name[0] == lower)
            set = &escapes[i];
    }
    *found = set != NULL;
    if (set == NULL)
        return 0;
    re2_advance(in, 2);
    if (!in_class)
        rc = re2_put(out, "[");
    if (rc == 0)
        rc = put_set(out, set, negated);
    return rc == 0 && !in_class ? re2_put(out, "]") : rc;
}

/* [:alpha:] and [:^alpha:].  Not found when it is not closed. */
static int
copy_posix(struct buffer *out, struct re2_text *in, bool *found)
{
    const char *close = memmem(in->p + 2, in->len - 2, ":]", 2);
    const char *name = in->p + 2;
    bool negated = *name == '^';
    size_t len;

    *found = close != NULL;
    if (close == NULL)
        return 0;
    name += negated;
    len = name <= close ? (size_t)(close - name) : 0;
    re2_advance(in, (size_t)(close - in->p) + 2);
    for (size_t i = 0; i < sizeof posix / sizeof posix[0]; i++) {
        if (strlen(posix[i].name) == len &&
            memcmp(posix[i].name, name, len) == 0)
            return put_set(out, &posix[i], negated);
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
    uint32_t low = 0;
    uint32_t high;
    int rc = get_class_rune(in, &low);

    high = low;
    if (rc == 0 && in->len >= 2 && in->p[0] == '-' && in->p[1] != ']') {
        re2_advance(in, 1);
        rc = get_class_rune(in, &high);
    }
    if (rc != 0)
        return rc;
    if (high < low)
        return -EINVAL;
    return put_range(out, low, high);
}

static int
copy_class_item(struct buffer *out, struct re2_text *in)
{
    bool found = false;
    int rc = 0;

    if (in->len > 2 && re2_begins(in, "[:")) {
        rc = copy_posix(out, in, &found);
    } else if (*in->p == '\\') {
        rc = re2_copy_set(out, in, true, &found);
    }
    return rc != 0 || found ? rc : copy_range(out, in);
}

int
re2_copy_class(struct buffer *out, struct re2_text *in)
{
    bool negated = re2_begins(in, "[^");
    bool first = true;
    int rc = re2_put(out, negated ? "[^" : "[");

    re2_advance(in, negated ? 2 : 1);
    while (rc == 0 && (first || !re2_begins(in, "]"))) {
        if (in->len == 0)
            return -EINVAL;
        rc = copy_class_item(out, in);
        first = false;
    }
    if (rc != 0)
        return rc;
    re2_advance(in, 1);
    return re2_put(out, "]");
}
