#include "gateway/metrics/accept.h"

#include <string.h>
#include <strings.h>

#define OPENMETRICS "application/openmetrics-text"
#define QUALITY_MAX 1000

/* A piece of the field; not terminated. */
struct span {
    const char *at;
    size_t len;
};

static struct span
trim(struct span s)
{
    while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t')) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Cut the part before the next separator off *rest; false: nothing left. */
static bool
next(struct span *part, struct span *rest, char separator)
{
    const char *end;

    if (rest->at == NULL)
        return false;
    end = memchr(rest->at, separator, rest->len);
    part->at = rest->at;
    part->len = end != NULL ? (size_t)(end - rest->at) : rest->len;
    if (end != NULL) {
        rest->at = end + 1;
        rest->len -= part->len + 1;
    } else {
        rest->at = NULL;
    }
    *part = trim(*part);
    return true;
}

static bool
is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

/* "0.75" as 750; what is no quality counts as 0. */
static unsigned
quality(struct span s)
{
    unsigned value = 0, unit = QUALITY_MAX;

    for (size_t i = 0; i < s.len; i++) {
        if (i == 1 && s.at[i] == '.')
            continue;
        if (s.at[i] < '0' || s.at[i] > '9' || i > 4)
            return 0;
        value += (unsigned)(s.at[i] - '0') * unit;
        unit /= 10;
    }
    return value <= QUALITY_MAX ? value : 0;
}

/* How much each format is wanted, 0 to QUALITY_MAX. */
struct wish {
    unsigned openmetrics, text;
    unsigned precise; /* how closely the range of `text` fits: 1 to 3 */
};

static void
consider(struct wish *w, struct span range)
{
    struct span type = {"", 0}, parameter;
    unsigned q = QUALITY_MAX, precise;
    bool is_ours = true; /* the version, if one is named */

    (void)next(&type, &range, ';');
    while (next(&parameter, &range, ';')) {
        if (parameter.len > 2 && strncasecmp(parameter.at, "q=", 2) == 0)
            q = quality((struct span){parameter.at + 2, parameter.len - 2});
        if (parameter.len > 8 &&
            strncasecmp(parameter.at, "version=", 8) == 0) {
            is_ours = is_word(parameter, "version=1.0.0") ||
                      is_word(parameter, "version=\"1.0.0\"");
        }
    }
    if (is_word(type, OPENMETRICS)) {
        if (is_ours && q > w->openmetrics)
            w->openmetrics = q;
        return;
    }
    precise = is_word(type, "text/plain") ? 3
              : is_word(type, "text/*")   ? 2
              : is_word(type, "*/*")      ? 1
                                          : 0;
    if (precise > w->precise) {
        w->precise = precise;
        w->text = q;
    }
}

enum exposition_format
accept_format(const char *accept)
{
    struct span range, rest = {accept, 0};
    struct wish w = {0};

    if (accept == NULL)
        return EXPOSITION_TEXT;
    rest.len = strlen(accept);
    while (next(&range, &rest, ','))
        consider(&w, range);
    return w.openmetrics > 0 && w.openmetrics >= w.text ? EXPOSITION_OPENMETRICS
                                                        : EXPOSITION_TEXT;
}
