/*
 * The structural scan in front of msgpack-c.  It believes no length: every
 * count is compared with the bytes that are left before anything follows it,
 * so the work is bounded by the message and nothing is allocated.
 */
#include "proto/utf8.h"
#include "proto/wire.h"

#include <errno.h>
#include <string.h>

struct cursor {
    const unsigned char *at;
    size_t left;
};

struct key {
    const unsigned char *bytes;
    size_t len;
};

static int scan_value(struct cursor *c, int depth);

static int
take(struct cursor *c, size_t n, const unsigned char **bytes)
{
    if (n > c->left)
        return -EBADMSG;
    *bytes = c->at;
    c->at += n;
    c->left -= n;
    return 0;
}

/* Read n bytes, big endian. */
static int
take_number(struct cursor *c, size_t n, uint64_t *value)
{
    const unsigned char *p;
    uint64_t sum = 0;

    if (take(c, n, &p) != 0)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++)
        sum = sum << 8 | p[i];
    *value = sum;
    return 0;
}

static int
scan_unsigned(struct cursor *c, size_t n)
{
    uint64_t value;

    if (take_number(c, n, &value) != 0 || value > WIRE_INT_MAX)
        return -EBADMSG;
    return 0;
}

/* Only eight bytes can hold a number beyond the range of the profile. */
static int
scan_signed(struct cursor *c, size_t n)
{
    uint64_t value;

    if (take_number(c, n, &value) != 0)
        return -EBADMSG;
    if (n < 8)
        return 0;
    if (value >> 63 != 0)
        value = ~value + 1;
    return value > WIRE_INT_MAX ? -EBADMSG : 0;
}

static int
scan_text(struct cursor *c, size_t len, struct key *key)
{
    const unsigned char *p;

    if (take(c, len, &p) != 0 || !utf8_is_valid(p, len))
        return -EBADMSG;
    if (key != NULL)
        *key = (struct key){.bytes = p, .len = len};
    return 0;
}

static int
scan_array(struct cursor *c, uint64_t items, int depth)
{
    if (items > c->left || depth >= WIRE_DEPTH_MAX)
        return -EBADMSG;
    for (uint64_t i = 0; i < items; i++) {
        if (scan_value(c, depth + 1) != 0)
            return -EBADMSG;
    }
    return 0;
}

/* A map's key is a text: the length of its str header, any form. */
static int
scan_key(struct cursor *c, struct key *key)
{
    uint64_t head, len;

    if (take_number(c, 1, &head) != 0)
        return -EBADMSG;
    if (head >= 0xa0 && head <= 0xbf)
        return scan_text(c, head & 0x1f, key);
    if (head < 0xd9 || head > 0xdb)
        return -EBADMSG;
    if (take_number(c, (size_t)1 << (head - 0xd9), &len) != 0)
        return -EBADMSG;
    return scan_text(c, len, key);
}

static bool
is_among(const struct key *key, const struct key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (keys[i].len == key->len &&
            memcmp(keys[i].bytes, key->bytes, key->len) == 0)
            return true;
    }
    return false;
}

static int
scan_map(struct cursor *c, uint64_t pairs, int depth)
{
    struct key keys[WIRE_PAIRS_MAX];

    if (pairs > WIRE_PAIRS_MAX || pairs > c->left / 2 ||
        depth >= WIRE_DEPTH_MAX)
        return -EBADMSG;
    for (size_t i = 0; i < pairs; i++) {
        if (scan_key(c, &keys[i]) != 0 || is_among(&keys[i], keys, i))
            return -EBADMSG;
        if (scan_value(c, depth + 1) != 0)
            return -EBADMSG;
    }
    return 0;
}

/* The one-byte forms: the value or the length is in the head itself. */
static int
scan_short(struct cursor *c, unsigned head, int depth)
{
    if (head <= 0x7f || head >= 0xe0 || head == 0xc0 || head == 0xc2 ||
        head == 0xc3)
        return 0;
    if (head <= 0x8f)
        return scan_map(c, head & 0x0f, depth);
    if (head <= 0x9f)
        return scan_array(c, head & 0x0f, depth);
    if (head <= 0xbf)
        return scan_text(c, head & 0x1f, NULL);
    return -EBADMSG;
}

static int
scan_value(struct cursor *c, int depth)
{
    uint64_t head, n;

    if (take_number(c, 1, &head) != 0)
        return -EBADMSG;
    if (head >= 0xcc && head <= 0xcf)
        return scan_unsigned(c, (size_t)1 << (head - 0xcc));
    if (head >= 0xd0 && head <= 0xd3)
        return scan_signed(c, (size_t)1 << (head - 0xd0));
    if (head < 0xd9 || head > 0xdf)
        return scan_short(c, (unsigned)head, depth);
    if (head <= 0xdb) {
        if (take_number(c, (size_t)1 << (head - 0xd9), &n) != 0)
            return -EBADMSG;
        return scan_text(c, n, NULL);
    }
    if (take_number(c, (size_t)2 << ((head - 0xdc) % 2), &n) != 0)
        return -EBADMSG;
    return head <= 0xdd ? scan_array(c, n, depth) : scan_map(c, n, depth);
}

static bool
is_map(unsigned char head)
{
    return (head & 0xf0) == 0x80 || head == 0xde || head == 0xdf;
}

int
wire_scan(const void *buf, size_t len)
{
    struct cursor c = {.at = buf, .left = len};

    if (len == 0 || !is_map(*c.at) || scan_value(&c, 0) != 0)
        return -EBADMSG;
    return c.left == 0 ? 0 : -EBADMSG;
}

static bool
is_in(const struct key *key, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strlen(*list) == key->len &&
            memcmp(*list, key->bytes, key->len) == 0)
            return true;
    }
    return false;
}

/* FNV-1a. */
static uint64_t
hash(uint64_t sum, const unsigned char *p, const unsigned char *end)
{
    for (; p < end; p++)
        sum = (sum ^ *p) * UINT64_C(0x100000001b3);
    return sum;
}

uint64_t
wire_digest(const void *buf, size_t len, const char *const *skip)
{
    struct cursor c = {.at = buf, .left = len};
    const size_t head = *c.at == 0xdf ? 5 : *c.at == 0xde ? 3 : 1;
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    const unsigned char *pair;
    struct key key;

    (void)take(&c, head, &pair);
    while (c.left > 0) {
        pair = c.at;
        if (scan_key(&c, &key) != 0 || scan_value(&c, 1) != 0)
            break;
        if (!is_in(&key, skip))
            sum = hash(sum, pair, c.at);
    }
    return sum;
}
