#include "gateway/http/query.h"

#include "gateway/http/percent.h"

#include <errno.h>
#include <string.h>

int
query_find(const char *query, const char *name, char *out, size_t cap)
{
    size_t name_len = strlen(name);

    out[0] = '\0';
    while (query != NULL && *query != '\0') {
        size_t len = strcspn(query, "&");

        if (len > name_len && query[name_len] == '=' &&
            memcmp(query, name, name_len) == 0) {
            return percent_decode(out, cap, query + name_len + 1,
                                  len - name_len - 1, PERCENT_QUERY);
        }
        query += len;
        query += *query == '&';
    }
    return -ENOENT;
}
