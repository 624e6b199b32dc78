#include "gateway/http/query.h"

#include "gateway/http/percent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Where the value of the first parameter of that name is, or NULL. */
static const char *
find(const char *query, const char *name, size_t *value_len)
{
    size_t name_len = strlen(name);

    while (query != NULL && *query != '\0') {
        size_t len = strcspn(query, "&");

        if (len > name_len && query[name_len] == '=' &&
            memcmp(query, name, name_len) == 0) {
            *value_len = len - name_len - 1;
            return query + name_len + 1;
        }
        query += len;
        query += *query == '&';
    }
    return NULL;
}

int
query_find(const char *query, const char *name, char *out, size_t cap)
{
    size_t len;
    const char *value = find(query, name, &len);

    out[0] = '\0';
    if (value == NULL)
        return -ENOENT;
    return percent_decode(out, cap, value, len, PERCENT_QUERY);
}

bool
query_find_name(const char *query, const char *name, char *out, size_t cap)
{
    size_t len;
    const char *value = find(query, name, &len);

    out[0] = '\0';
    if (value == NULL)
        return false;
    if (percent_decode(out, cap, value, len, PERCENT_QUERY) < 0)
        (void)snprintf(out, cap, "%.*s", (int)len, value);
    return true;
}
