#include "services/sync-engine/cloud/temp_name.h"

#include <stdio.h>
#include <string.h>

static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

static void
write_digits(char *out, size_t n, uint32_t value)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = digits[value % 36];
        value /= 36;
    }
}

void
temp_name_init(struct temp_name *t, const char *device, uint32_t start)
{
    uint32_t hash = 2166136261U; /* FNV-1a: spread, nothing secret */

    for (; *device != '\0'; device++)
        hash = (hash ^ (unsigned char)*device) * 16777619U;
    write_digits(t->mark, sizeof t->mark, hash);
    atomic_init(&t->next, start);
}

void
temp_name_next(struct temp_name *t, const char *key, char *out, size_t cap)
{
    char count[4];

    write_digits(count, sizeof count, atomic_fetch_add(&t->next, 1));
    (void)snprintf(out, cap, "%s%.3s%.4s.tmp", key, t->mark, count);
}

enum temp_name_owner
temp_name_owner(const struct temp_name *t, const char *name)
{
    size_t len = strlen(name);
    const char *tail = name + len - TEMP_NAME_SUFFIX;

    if (len <= TEMP_NAME_SUFFIX || strcmp(name + len - 4, ".tmp") != 0)
        return TEMP_NAME_NONE;
    if (strspn(tail, digits) != 7)
        return TEMP_NAME_NONE;
    return memcmp(tail, t->mark, sizeof t->mark) == 0 ? TEMP_NAME_OURS
                                                      : TEMP_NAME_OTHERS;
}
