#include "tools/syncbus/roster.h"

#include "services/runtime/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
is_wanted(const struct option_list *wanted, const char *id)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (strcmp(wanted->value[i], id) == 0)
            return true;
    }
    return wanted->count == 0;
}

static void
fill(struct roster *r, const struct copy *c, const struct option_list *wanted)
{
    r->count = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (is_wanted(wanted, c->engines[i]->id))
            r->engines[r->count++] = *c->engines[i];
    }
    r->known = c->count;
    r->has_snapshot = c->has_snapshot;
    r->bus_up = c->bus_up;
    r->hub_epoch = c->hub_epoch;
    r->hub_minor = c->hub_minor;
    r->generation = c->generation;
    r->beat_at_ms = c->beat_at_ms;
    r->lost = c->lost;
    r->refused = c->refused;
    r->now_ms = clock_boot_ms();
    r->wall_ms = clock_wall_ms();
}

int
roster_take(struct roster *r, struct mirror *m,
            const struct option_list *wanted)
{
    const struct copy *c = mirror_lock(m);
    size_t cap = c->count;
    int rc = 0;

    if (cap > r->cap) {
        struct copy_engine *engines =
            realloc(r->engines, cap * sizeof *engines);

        if (engines != NULL) {
            r->engines = engines;
            r->cap = cap;
        } else {
            rc = -ENOMEM;
        }
    }
    if (rc == 0)
        fill(r, c, wanted);
    mirror_unlock(m);
    return rc;
}

void
roster_clear(struct roster *r)
{
    free(r->engines);
    *r = (struct roster){0};
}

const struct copy_engine *
roster_find(const struct roster *r, const char *id)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->engines[i].id, id) == 0)
            return &r->engines[i];
    }
    return NULL;
}
