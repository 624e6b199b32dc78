#include "proto/topic.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ID_CHARS "abcdefghijklmnopqrstuvwxyz0123456789._-"
#define HEX      "0123456789abcdefABCDEF"

static bool
may_start_id(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Does text begin with n bytes that are, or may become, an id? */
static bool
is_id_prefix(const char *text, size_t n)
{
    if (n >= TOPIC_ID_MAX || strspn(text, ID_CHARS) < n)
        return false;
    return n == 0 || may_start_id(text[0]);
}

bool
topic_is_id(const char *id)
{
    return id[0] != '\0' && is_id_prefix(id, strlen(id));
}

void
topic_make_id(char out[TOPIC_ID_MAX], const char *text)
{
    size_t n = 0;

    for (; *text != '\0' && n < TOPIC_ID_MAX - 1; text++) {
        char c = *text;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (strchr(ID_CHARS, c) == NULL)
            c = '-';
        if (n > 0 || may_start_id(c))
            out[n++] = c;
    }
    out[n] = '\0';
    if (n == 0)
        memcpy(out, "engine", sizeof "engine");
}

static const char *
prefix_of(enum topic_kind kind)
{
    return kind == TOPIC_BEAT ? TOPIC_BEATS : TOPIC_STATES;
}

int
topic_format(char out[TOPIC_MAX], enum topic_kind kind, const char *id)
{
    return snprintf(out, TOPIC_MAX, "%s%s/", prefix_of(kind), id);
}

static bool
is_nonce(const char *nonce, size_t len)
{
    return len >= TOPIC_NONCE_MIN && len <= TOPIC_NONCE_MAX &&
           strspn(nonce, HEX) >= len;
}

/* Every prefix of a state topic, from "" to the whole of it. */
static bool
is_filter(const char *filter)
{
    const size_t head = sizeof TOPIC_STATES - 1;
    size_t len = strlen(filter);

    if (len <= head)
        return strncmp(filter, TOPIC_STATES, len) == 0;
    if (strncmp(filter, TOPIC_STATES, head) != 0)
        return false;
    filter += head;
    len -= head;
    if (len > 1 && filter[len - 1] == '/')
        len--;
    return is_id_prefix(filter, len);
}

int
topic_format_snapshot(char out[TOPIC_MAX], const char *nonce,
                      const char *filter)
{
    if (!is_nonce(nonce, strlen(nonce)) || nonce[strspn(nonce, HEX)] != '\0' ||
        !is_filter(filter))
        return -EINVAL;
    return snprintf(out, TOPIC_MAX, TOPIC_SNAPSHOTS "%s/%s", nonce, filter);
}

static int
parse_id(struct topic *t, const char *rest)
{
    size_t len = strlen(rest);

    if (len < 2 || rest[len - 1] != '/' || !is_id_prefix(rest, len - 1))
        return -EBADMSG;
    memcpy(t->id, rest, len - 1);
    return 0;
}

static int
parse_snapshot(struct topic *t, const char *rest)
{
    size_t len = strcspn(rest, "/");

    if (rest[len] != '/' || !is_nonce(rest, len) || !is_filter(rest + len + 1))
        return -EBADMSG;
    memcpy(t->nonce, rest, len);
    memcpy(t->filter, rest + len + 1, strlen(rest + len + 1));
    return 0;
}

int
topic_parse(struct topic *out, const void *buf, size_t len)
{
    const size_t head = sizeof TOPIC_STATES - 1;
    char text[TOPIC_MAX] = "";
    struct topic t = {.kind = TOPIC_STATE};
    int rc = -EBADMSG;

    if (len < head || len >= TOPIC_MAX || memchr(buf, '\0', len) != NULL)
        return -EBADMSG;
    memcpy(text, buf, len);
    if (strncmp(text, TOPIC_STATES, head) == 0) {
        rc = parse_id(&t, text + head);
    } else if (strncmp(text, TOPIC_BEATS, head) == 0) {
        t.kind = TOPIC_BEAT;
        rc = parse_id(&t, text + head);
    } else if (strncmp(text, TOPIC_SNAPSHOTS, head) == 0) {
        t.kind = TOPIC_SNAPSHOT;
        rc = parse_snapshot(&t, text + head);
    }
    if (rc == 0)
        *out = t;
    return rc;
}
