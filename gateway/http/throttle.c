#include "gateway/http/throttle.h"

#include <string.h>

static struct address
key_of(const struct address *who)
{
    static const unsigned char v4_prefix[12] = {[10] = 0xff, [11] = 0xff};
    struct address key = *who;

    if (memcmp(key.bytes, v4_prefix, sizeof v4_prefix) != 0)
        memset(key.bytes + 8, 0, 8);
    return key;
}

static bool
is_over(const struct throttle_entry *e, uint64_t now_ms)
{
    if (e->failures == 0)
        return true;
    if (e->shut_until_ms != 0)
        return now_ms >= e->shut_until_ms;
    return now_ms >= e->since_ms + THROTTLE_WINDOW_MS;
}

static size_t
find(const struct throttle *t, const struct address *key)
{
    size_t i = 0;

    while (i < THROTTLE_ENTRIES && (t->entries[i].failures == 0 ||
                                    !address_is_equal(&t->entries[i].who, key)))
        i++;
    return i;
}

/* A free place; else the oldest that is not shut out; else the oldest. */
static struct throttle_entry *
make_room(struct throttle *t, uint64_t now_ms)
{
    struct throttle_entry *best = &t->entries[0];

    for (size_t i = 0; i < THROTTLE_ENTRIES; i++) {
        struct throttle_entry *e = &t->entries[i];
        bool is_shut = e->shut_until_ms != 0;
        bool best_is_shut = best->shut_until_ms != 0;

        if (is_over(e, now_ms))
            return e;
        if (is_shut != best_is_shut ? best_is_shut
                                    : e->since_ms < best->since_ms)
            best = e;
    }
    return best;
}

unsigned
throttle_wait(const struct throttle *t, const struct address *who,
              uint64_t now_ms)
{
    struct address key = key_of(who);
    uint64_t until;
    size_t i;

    if (now_ms >= t->shut_until_ms)
        return 0;
    i = find(t, &key);
    if (i == THROTTLE_ENTRIES)
        return 0;
    until = t->entries[i].shut_until_ms;
    return until > now_ms ? (unsigned)((until - now_ms + 999) / 1000) : 0;
}

void
throttle_fail(struct throttle *t, const struct address *who, uint64_t now_ms)
{
    struct address key = key_of(who);
    size_t i = find(t, &key);
    struct throttle_entry *e =
        i < THROTTLE_ENTRIES ? &t->entries[i] : make_room(t, now_ms);

    if (i == THROTTLE_ENTRIES || is_over(e, now_ms))
        *e = (struct throttle_entry){.who = key, .since_ms = now_ms};
    e->failures++;
    if (e->failures >= THROTTLE_FAILURES && e->shut_until_ms == 0)
        t->shut_until_ms = e->shut_until_ms = now_ms + THROTTLE_WINDOW_MS;
}
