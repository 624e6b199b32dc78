#include "gateway/http/session_table.h"

#include <errno.h>
#include <string.h>

static bool
is_over(const struct session_entry *e, uint64_t now_ms)
{
    return e->role == AUTH_ANYBODY || now_ms >= e->until_ms;
}

/* A free place, or that of who was away longest. */
static struct session_entry *
make_room(struct session_table *t, uint64_t now_ms)
{
    struct session_entry *best = &t->entries[0];

    for (size_t i = 0; i < SESSION_TABLE_ENTRIES; i++) {
        struct session_entry *e = &t->entries[i];

        if (is_over(e, now_ms))
            return e;
        if (e->used_at_ms < best->used_at_ms)
            best = e;
    }
    return best;
}

void
session_table_add(struct session_table *t, enum auth_role role, bool is_long,
                  const unsigned char random[SESSION_TABLE_BYTES],
                  uint64_t now_ms)
{
    struct session_entry *e = make_room(t, now_ms);

    *e = (struct session_entry){
        .number = ++t->last_number,
        .role = role,
        .idle_ms = is_long ? 0 : SESSION_TABLE_IDLE_MS,
        .until_ms =
            now_ms + (is_long ? SESSION_TABLE_LONG_MS : SESSION_TABLE_IDLE_MS),
        .used_at_ms = now_ms,
    };
    memcpy(e->id, random, sizeof e->id);
}

void
session_table_format(char out[SESSION_TABLE_ID_MAX],
                     const unsigned char id[SESSION_TABLE_BYTES])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < SESSION_TABLE_BYTES; i++) {
        out[2 * i] = hex[id[i] >> 4];
        out[2 * i + 1] = hex[id[i] & 15];
    }
    out[SESSION_TABLE_ID_MAX - 1] = '\0';
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int
parse(unsigned char out[SESSION_TABLE_BYTES], const char *id, size_t len)
{
    if (len != SESSION_TABLE_ID_MAX - 1)
        return -EINVAL;
    for (size_t i = 0; i < SESSION_TABLE_BYTES; i++) {
        int high = hex_digit(id[2 * i]), low = hex_digit(id[2 * i + 1]);

        if (high < 0 || low < 0)
            return -EINVAL;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return 0;
}

/* Every entry is compared, to its last byte. */
static struct session_entry *
find(struct session_table *t, const char *id, size_t len)
{
    unsigned char bytes[SESSION_TABLE_BYTES];
    struct session_entry *found = NULL;

    if (parse(bytes, id, len) != 0)
        return NULL;
    for (size_t i = 0; i < SESSION_TABLE_ENTRIES; i++) {
        struct session_entry *e = &t->entries[i];
        volatile unsigned difference = e->role == AUTH_ANYBODY;

        for (size_t k = 0; k < SESSION_TABLE_BYTES; k++)
            difference = difference | (unsigned)(e->id[k] ^ bytes[k]);
        if (difference == 0)
            found = e;
    }
    return found;
}

enum auth_role
session_table_find(struct session_table *t, const char *id, size_t len,
                   uint64_t now_ms)
{
    struct session_entry *e = find(t, id, len);

    if (e == NULL)
        return AUTH_ANYBODY;
    if (is_over(e, now_ms)) {
        *e = (struct session_entry){.role = AUTH_ANYBODY};
        return AUTH_ANYBODY;
    }
    e->used_at_ms = now_ms;
    if (e->idle_ms > 0)
        e->until_ms = now_ms + e->idle_ms;
    return e->role;
}

uint64_t
session_table_number(struct session_table *t, const char *id, size_t len)
{
    const struct session_entry *e = find(t, id, len);

    return e != NULL ? e->number : 0;
}

bool
session_table_has(const struct session_table *t, uint64_t number)
{
    for (size_t i = 0; i < SESSION_TABLE_ENTRIES; i++) {
        if (t->entries[i].role != AUTH_ANYBODY &&
            t->entries[i].number == number)
            return true;
    }
    return false;
}

void
session_table_remove(struct session_table *t, const char *id, size_t len)
{
    struct session_entry *e = find(t, id, len);

    if (e != NULL)
        *e = (struct session_entry){.role = AUTH_ANYBODY};
}
