#include "gateway/metrics/harvest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPARE 16 /* engines that may appear between two looks */

bool
harvest_is_overdue(const struct copy_engine *e, uint64_t wall_ms)
{
    const struct state *s = &e->state;
    uint64_t since =
        s->synced_at_ms != 0 ? s->synced_at_ms : s->epoch_us / 1000;
    uint64_t allowed = 2 * e->tally.interval_ms;
    bool is_planned = e->tally.interval_ms != 0 || s->next_at_ms != 0;

    if (s->name == STATE_DISABLED || !is_planned)
        return false;
    if (allowed < HARVEST_OVERDUE_MIN_MS)
        allowed = HARVEST_OVERDUE_MIN_MS;
    return wall_ms > since && wall_ms - since > allowed;
}

static void
take_engine(struct harvest_engine *out, const struct copy_engine *e,
            const struct harvest_now *now)
{
    const struct state *s = &e->state;

    *out = (struct harvest_engine){
        .has = s->has,
        .shown = e->shown,
        .is_overdue = harvest_is_overdue(e, now->wall_ms),
        .age_ms = copy_age_ms(e, now->boot_ms),
        .permille = e->permille,
        .synced_at_ms = s->synced_at_ms,
        .next_at_ms = s->next_at_ms,
        .failures = s->failures,
        .last_ok = s->last.ok,
        .last_duration_ms = s->last.duration_ms,
        .counts = e->tally.counts,
        .ingest_lost = e->tally.ingest_lost,
        .relay_lost = e->tally.relay_lost,
    };
    memcpy(out->id, e->id, sizeof out->id);
    memcpy(out->provider, s->provider, sizeof out->provider);
    memcpy(out->cloud, s->cloud, sizeof out->cloud);
    memcpy(out->host, s->info.host, sizeof out->host);
    memcpy(out->version, s->info.version, sizeof out->version);
    memcpy(out->last_code, s->last.code, sizeof out->last_code);
}

static size_t
count_engines(struct mirror *m)
{
    size_t count = mirror_lock(m)->count;

    mirror_unlock(m);
    return count;
}

/* Returns whether all had room. */
static bool
fill(struct harvest *h, struct mirror *m, const struct harvest_now *now)
{
    const struct copy *c = mirror_lock(m);
    bool has_room = c->count <= h->cap;

    if (has_room) {
        h->bus_up = c->bus_up;
        memcpy(h->refused, c->refused.total, sizeof h->refused);
        h->count = c->count;
        for (size_t i = 0; i < c->count; i++)
            take_engine(&h->engines[i], c->engines[i], now);
    }
    mirror_unlock(m);
    return has_room;
}

int
harvest_take(struct harvest *out, struct mirror *m,
             const struct harvest_now *now)
{
    *out = (struct harvest){.cap = 0};
    do {
        free(out->engines);
        out->cap = count_engines(m) + SPARE;
        out->engines = calloc(out->cap, sizeof *out->engines);
        if (out->engines == NULL) {
            *out = (struct harvest){.cap = 0};
            return -ENOMEM;
        }
    } while (!fill(out, m, now));
    return 0;
}

void
harvest_clear(struct harvest *h)
{
    free(h->engines);
    *h = (struct harvest){.cap = 0};
}
