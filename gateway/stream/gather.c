#include "gateway/stream/gather.h"

#include "gateway/v1/engine_json.h"
#include "services/runtime/clock.h"

#include <errno.h>
#include <stdlib.h>

#define BATCH 64 /* engines copied while the lock is held */

struct gather {
    struct mirror *mirror;
    enum lang lang;
    uint64_t seen;      /* generation that was looked at */
    uint64_t forgotten; /* by the copy, when it was looked at */
    bool was_up;
    struct copy_engine batch[BATCH];
    char json[ENGINE_JSON_MAX];
};

int
gather_new(struct gather **out, struct mirror *m, enum lang lang)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return -ENOMEM;
    (*out)->mirror = m;
    (*out)->lang = lang;
    return 0;
}

void
gather_free(struct gather *g)
{
    free(g);
}

static size_t
render(struct gather *g, const struct copy_engine *e,
       const struct slots_now *now)
{
    struct json_out w;

    json_out_init(&w, g->json, sizeof g->json);
    engine_json_put(&w, e, now, g->lang);
    return w.overflow ? 0 : w.len;
}

/* FNV-1a, 64 bits. */
static uint64_t
hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* What stands in its JSON, but for what only says that time passes. */
static uint64_t
digest(struct gather *g, const struct copy_engine *e)
{
    static const struct slots_now never = {0};
    struct copy_engine still = *e;

    still.heard_at_ms = 0;
    still.verdict.age_ms = 0;
    still.state.up_ms = 0;
    return hash(g->json, render(g, &still, &never));
}

static int
look(struct gather *g, struct events *c, const struct copy_engine *e)
{
    struct slots_now now = {clock_boot_ms(), clock_wall_ms()};
    struct events_look look = {.id = e->id, .json = g->json};

    look.digest = digest(g, e);
    if (!events_is_new(c, e->id, look.digest))
        return 0;
    look.len = render(g, e, &now);
    return look.len > 0 ? events_put(c, &look) : -ENOMEM;
}

/*
 * Copy engines from place *at on that changed.  Engines that join meanwhile
 * move others up, so one may be looked at twice, but none is left out.
 */
static size_t
copy_batch(struct gather *g, const struct copy *copy, size_t *at)
{
    size_t n = 0;

    for (; *at < copy->count && n < BATCH; (*at)++) {
        if (copy->engines[*at]->changed > g->seen)
            g->batch[n++] = *copy->engines[*at];
    }
    return n;
}

/* Mark the rows of engines that the copy has forgotten; how many. */
static size_t
mark_gone(struct gather *g, const struct copy *copy, struct events *c)
{
    size_t n = 0;

    if (g->forgotten == copy->forgotten)
        return 0;
    g->forgotten = copy->forgotten;
    for (size_t i = 0; i < c->count; i++) {
        c->rows[i]->is_gone = copy_find(copy, c->rows[i]->id) == NULL;
        n += c->rows[i]->is_gone;
    }
    return n;
}

int
gather_run(struct gather *g, struct events *c)
{
    uint64_t generation = 0, heard_ms;
    size_t at = 0, n, gone;
    int rc = 0;

    do {
        const struct copy *copy = mirror_lock(g->mirror);

        if (at == 0)
            generation = copy->generation;
        n = generation != g->seen ? copy_batch(g, copy, &at) : 0;
        gone = mark_gone(g, copy, c);
        c->is_bus_up = copy->bus_up;
        heard_ms = copy->beat_wall_ms;
        mirror_unlock(g->mirror);
        if (gone > 0)
            events_sweep(c);
        for (size_t i = 0; i < n; i++) {
            int one = look(g, c, &g->batch[i]);

            rc = rc == 0 ? one : rc;
        }
    } while (n == BATCH);
    g->seen = generation;
    /* Without the hub, all this is as old as its last word. */
    c->as_of_ms = c->is_bus_up ? clock_wall_ms() : heard_ms;
    if (rc == 0 && c->is_bus_up != g->was_up)
        rc = events_beat(c);
    g->was_up = c->is_bus_up;
    return rc;
}
