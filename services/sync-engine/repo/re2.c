#include "services/sync-engine/repo/re2.h"

#include "services/sync-engine/repo/re2_class.h"
#include "services/sync-engine/repo/re2_escape.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define REPEAT_MAX 1000 /* RE2's bound, nested repeats multiplied */
#define DEPTH_MAX  200  /* below PCRE2's own bound */

/* Where we are.  A group's worst repeat is the largest product of the counted
 * repeats inside it. */
struct state {
    struct buffer *out;
    struct re2_text in;
    bool repeatable; /* something stands before that may be repeated */
    bool repeated;   /* and it is repeated already */
    size_t depth;
    unsigned worst[DEPTH_MAX + 1]; /* of each open group */
    unsigned last;                 /* of what stands before */
};

static void
advance(struct state *s, size_t n)
{
    s->in.p += n;
    s->in.len -= n;
}

static int
put(struct state *s, const char *text)
{
    return buffer_append(s->out, text, strlen(text));
}

/* Note that something repeatable has been written. */
static void
settle(struct state *s, unsigned worst)
{
    s->repeatable = true;
    s->repeated = false;
    s->last = worst;
    if (worst > s->worst[s->depth])
        s->worst[s->depth] = worst;
}

static int
put_atom(struct state *s, const char *text, size_t consumed)
{
    advance(s, consumed);
    settle(s, 1);
    return put(s, text);
}

static int
open_group(struct state *s)
{
    if (s->depth == DEPTH_MAX || (s->in.len > 1 && s->in.p[1] == '?'))
        return -EINVAL;
    advance(s, 1);
    s->worst[++s->depth] = 1;
    s->repeatable = false;
    s->repeated = false;
    return put(s, "(");
}

static int
close_group(struct state *s)
{
    unsigned worst = s->worst[s->depth];

    if (s->depth == 0)
        return -EINVAL;
    s->depth--;
    advance(s, 1);
    settle(s, worst);
    return put(s, ")");
}

/* Write a quantifier; a '?' behind it asks for lazy matching, which makes no
 * difference to whether there is a match. */
static int
put_repeat(struct state *s, const char *text, size_t consumed)
{
    if (!s->repeatable || s->repeated)
        return -EINVAL;
    advance(s, consumed);
    if (s->in.len > 0 && *s->in.p == '?')
        advance(s, 1);
    s->repeated = true;
    return put(s, text);
}

/* A decimal as RE2 reads it: no leading zeros; huge ones are all the same. */
static bool
get_count(struct re2_text *in, unsigned *out)
{
    unsigned value = 0;
    size_t n = 0;

    while (n < in->len && in->p[n] >= '0' && in->p[n] <= '9') {
        if (value <= REPEAT_MAX)
            value = value * 10 + (unsigned)(in->p[n] - '0');
        n++;
    }
    if (n == 0 || (n > 1 && in->p[0] == '0'))
        return false;
    in->p += n;
    in->len -= n;
    *out = value;
    return true;
}

struct counts {
    unsigned min;
    unsigned max;
    bool open; /* {min,}: no max */
};

/* Read {n}, {n,} or {n,m}.  False when the brace only stands for itself. */
static bool
get_counts(struct re2_text *in, struct counts *c)
{
    in->p++;
    in->len--;
    if (!get_count(in, &c->min) || in->len == 0)
        return false;
    c->max = c->min;
    c->open = false;
    if (*in->p == ',') {
        in->p++;
        in->len--;
        c->open = in->len > 0 && *in->p == '}';
        if (!c->open && !get_count(in, &c->max))
            return false;
    }
    return in->len > 0 && *in->p == '}';
}

static int
copy_counts(struct state *s)
{
    struct re2_text rest = s->in;
    struct counts c;
    char text[32];
    unsigned worst;

    if (!get_counts(&rest, &c))
        return put_atom(s, "\\{", 1);
    if (c.min > REPEAT_MAX || c.max > REPEAT_MAX || c.max < c.min)
        return -EINVAL;
    if (c.open) {
        (void)snprintf(text, sizeof text, "{%u,}", c.min);
    } else {
        (void)snprintf(text, sizeof text, "{%u,%u}", c.min, c.max);
    }
    worst = c.max == 0 ? 1 : s->last * c.max;
    if (worst > REPEAT_MAX)
        return -EINVAL;
    if (worst > s->worst[s->depth])
        s->worst[s->depth] = worst;
    return put_repeat(s, text, (size_t)(rest.p - s->in.p) + 1);
}

/* \Q...\E: everything between stands for itself. */
static int
copy_quoted(struct state *s)
{
    const char *end;
    struct re2_text text;
    int rc = 0;

    advance(s, 2);
    end = memmem(s->in.p, s->in.len, "\\E", 2);
    text = s->in;
    if (end != NULL)
        text.len = (size_t)(end - text.p);
    advance(s, end != NULL ? text.len + 2 : text.len);
    while (rc == 0 && text.len > 0) {
        uint32_t rune;

        rc = re2_get_rune(&text, &rune);
        if (rc == 0)
            rc = re2_put_rune(s->out, rune);
        settle(s, 1);
    }
    return rc;
}

static int
copy_escape(struct state *s)
{
    char assertion[] = {'(', '?', ':', '\\', '\0', ')', '\0'};
    char name = '\0';
    uint32_t rune;
    bool found;
    int rc;

    if (s->in.len >= 2)
        name = s->in.p[1];
    assertion[4] = name;
    if (name == 'Q')
        return copy_quoted(s);
    if (name != '\0' && strchr("AzbB", name) != NULL)
        return put_atom(s, assertion, 2);
    rc = re2_copy_set(s->out, &s->in, false, &found);
    if (rc == 0 && !found) {
        rc = re2_get_escape(&s->in, &rune);
        if (rc == 0)
            rc = re2_put_rune(s->out, rune);
    }
    settle(s, 1);
    return rc;
}

static int
copy_literal(struct state *s)
{
    uint32_t rune;
    int rc = re2_get_rune(&s->in, &rune);

    settle(s, 1);
    return rc == 0 ? re2_put_rune(s->out, rune) : rc;
}

static int
step(struct state *s)
{
    switch (*s->in.p) {
    case '(':
        return open_group(s);
    case ')':
        return close_group(s);
    case '|':
        advance(s, 1);
        s->repeatable = false;
        s->repeated = false;
        return put(s, "|");
    case '^':
        return put_atom(s, "(?:^)", 1);
    case '$':
        return put_atom(s, "(?:$)", 1);
    case '.':
        return put_atom(s, ".", 1);
    case '*':
        return put_repeat(s, "*", 1);
    case '+':
        return put_repeat(s, "+", 1);
    case '?':
        return put_repeat(s, "?", 1);
    case '{':
        return copy_counts(s);
    case '[':
        settle(s, 1);
        return re2_copy_class(s->out, &s->in);
    case '\\':
        return copy_escape(s);
    default:
        return copy_literal(s);
    }
}

int
re2_to_pcre2(struct buffer *out, const char *text, size_t len)
{
    struct state s = {.out = out, .in = {text, len}, .last = 1};
    int rc = 0;

    out->len = 0;
    s.worst[0] = 1;
    while (rc == 0 && s.in.len > 0)
        rc = step(&s);
    if (rc == 0 && s.depth != 0)
        rc = -EINVAL;
    return rc;
}
