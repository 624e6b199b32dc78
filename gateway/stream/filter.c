#include "gateway/stream/filter.h"

#include "gateway/http/percent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool
has(const struct filter *f, const char *id)
{
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(f->id[i], id) == 0)
            return true;
    }
    return false;
}

static int
add(struct filter *f, const char *id)
{
    if (id[0] == '\0')
        return 0; /* asks for none in particular */
    if (!topic_is_id(id))
        return -EINVAL;
    if (has(f, id))
        return 0;
    if (f->count == FILTER_ENGINES_MAX)
        return -E2BIG;
    (void)snprintf(f->id[f->count++], TOPIC_ID_MAX, "%s", id);
    return 0;
}

int
filter_parse(struct filter *f, const char *query)
{
    static const char name[] = "engine=";
    const size_t name_len = sizeof name - 1;
    char id[TOPIC_ID_MAX];
    int rc = 0;

    *f = (struct filter){0};
    while (rc == 0 && query != NULL && *query != '\0') {
        size_t len = strcspn(query, "&");

        if (len > name_len && memcmp(query, name, name_len) == 0) {
            rc = percent_decode(id, sizeof id, query + name_len, len - name_len,
                                PERCENT_QUERY);
            rc = rc < 0 ? rc : add(f, id);
        }
        query += len;
        query += *query == '&';
    }
    return rc;
}

void
filter_restart(struct filter *f)
{
    f->known = 0;
    memset(f->row, 0, sizeof f->row);
}

void
filter_resolve(struct filter *f, const struct events *c)
{
    if (f->known == c->count)
        return;
    f->known = c->count;
    for (size_t i = 0; i < f->count; i++) {
        if (f->row[i] == NULL)
            f->row[i] = events_find(c, f->id[i]);
    }
}
