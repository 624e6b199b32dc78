#include "services/bus-client/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ETA_PERMILLE_MIN 20  /* before, an estimate is a guess */
#define ETA_ELAPSED_MIN  500 /* ms, likewise */

void
copy_init(struct copy *c)
{
    *c = (struct copy){.generation = 1};
}

void
copy_clear(struct copy *c)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->engines[i]);
    free(c->engines);
    *c = (struct copy){0};
}

/* Where id is, or where it would be. */
static size_t
find_place(const struct copy *c, const char *id)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(c->engines[middle]->id, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct copy_engine *
copy_find(const struct copy *c, const char *id)
{
    size_t i = find_place(c, id);

    if (i < c->count && strcmp(c->engines[i]->id, id) == 0)
        return c->engines[i];
    return NULL;
}

static int
grow(struct copy *c)
{
    size_t cap = c->cap > 0 ? 2 * c->cap : 16;
    struct copy_engine **engines;

    if (c->count < c->cap)
        return 0;
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
    engines = realloc(c->engines, cap * sizeof *engines);
    if (engines == NULL)
        return -ENOMEM;
    c->engines = engines;
    c->cap = cap;
    return 0;
}

static int
insert(struct copy *c, const char *id, struct copy_engine **out)
{
    size_t place = find_place(c, id);
    struct copy_engine *e;
    int rc;

    if (c->count == COPY_ENGINES_MAX)
        return -ENOSPC;
    rc = grow(c);
    if (rc != 0)
        return rc;
    e = calloc(1, sizeof *e);
    if (e == NULL)
        return -ENOMEM;
    memcpy(e->id, id, strnlen(id, sizeof e->id - 1));
    e->eta_seconds = COPY_SECONDS_UNKNOWN;
    memmove(c->engines + place + 1, c->engines + place,
            /* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
            (c->count - place) * sizeof *c->engines);
    c->engines[place] = e;
    c->count++;
    *out = e;
    return 0;
}

static bool
is_same_run(const struct state *a, const struct state *b)
{
    return a->epoch_us == b->epoch_us && a->instance == b->instance &&
           a->run == b->run;
}

/* What is left of the run at its pace so far. */
static uint64_t
estimate(const struct state *s, uint64_t permille)
{
    uint64_t elapsed = s->up_ms - s->run_up_ms;

    if (s->up_ms < s->run_up_ms || permille < ETA_PERMILLE_MIN ||
        elapsed < ETA_ELAPSED_MIN || elapsed > UINT64_MAX / STATE_PERMILLE)
        return COPY_SECONDS_UNKNOWN;
    return (elapsed * (STATE_PERMILLE - permille) / permille + 999) / 1000;
}

/* Carry on within a run: the share done never falls, the rest never grows. */
static void
follow_run(struct copy_engine *e, const struct state *s)
{
    bool same = is_same_run(&e->state, s) && e->state.name == STATE_SYNCING;
    uint64_t permille =
        s->permille <= STATE_PERMILLE ? s->permille : STATE_PERMILLE;
    uint64_t eta;

    e->permille = same && e->permille > permille ? e->permille : permille;
    eta = s->name == STATE_SYNCING ? estimate(s, e->permille)
                                   : COPY_SECONDS_UNKNOWN;
    if (!same || eta < e->eta_seconds)
        e->eta_seconds = eta;
}

uint64_t
copy_age_ms(const struct copy_engine *e, uint64_t now_ms)
{
    uint64_t here = now_ms > e->heard_at_ms ? now_ms - e->heard_at_ms : 0;

    return e->verdict.age_ms + here;
}

static enum copy_shown
judge(const struct copy *c, const struct copy_engine *e, uint64_t now_ms)
{
    static const enum copy_shown names[STATE_NAME_COUNT] = {
        [STATE_DISABLED] = COPY_DISABLED, [STATE_IDLE] = COPY_IDLE,
        [STATE_QUEUED] = COPY_QUEUED,     [STATE_SYNCING] = COPY_SYNCING,
        [STATE_ERROR] = COPY_ERROR,       [STATE_BYE] = COPY_OFFLINE,
    };
    const struct state *s = &e->state;
    uint64_t silent =
        s->up_ms > s->progress_up_ms ? s->up_ms - s->progress_up_ms : 0;

    if (!c->bus_up)
        return COPY_UNKNOWN;
    if (e->verdict.live == VERDICT_OFF)
        return COPY_OFFLINE;
    if (s->name == STATE_SYNCING &&
        silent + copy_age_ms(e, now_ms) > COPY_STALLED_MS)
        return COPY_STALLED;
    return names[s->name];
}

int
copy_add(struct copy *c, const struct copy_row *row, uint64_t now_ms)
{
    struct copy_engine *e = copy_find(c, row->id);
    int rc = 0;

    if (e == NULL)
        rc = insert(c, row->id, &e);
    if (rc != 0)
        return rc;
    follow_run(e, row->state);
    tally_fold(&e->tally, row->state, row->verdict);
    e->state = *row->state;
    e->verdict = *row->verdict;
    e->heard_at_ms = now_ms;
    e->snapshot = c->snapshots;
    e->shown = judge(c, e, now_ms);
    e->changed = ++c->generation;
    return 0;
}

void
copy_begin_snapshot(struct copy *c, uint64_t hub_epoch)
{
    c->snapshots++;
    c->hub_epoch = hub_epoch;
}

void
copy_end_snapshot(struct copy *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct copy_engine *e = c->engines[i];

        if (e->snapshot == c->snapshots)
            continue;
        if (e->verdict.live != VERDICT_OFF)
            e->changed = c->generation + 1;
        e->verdict.live = VERDICT_OFF;
        e->verdict.relay = 0; /* of this hub: none yet */
        e->verdict.hub_epoch = c->hub_epoch;
    }
    c->has_snapshot = true;
    c->generation++;
}

int
copy_apply(struct copy *c, const struct copy_row *row, uint64_t now_ms)
{
    const struct copy_engine *e = copy_find(c, row->id);
    uint64_t before = e != NULL ? e->verdict.relay : 0;
    uint64_t relay = row->verdict->relay;
    int rc;

    if (c->snapshots == 0 || row->verdict->hub_epoch != c->hub_epoch)
        return COPY_OTHER_HUB;
    if (relay <= before)
        return COPY_STALE;
    rc = copy_add(c, row, now_ms);
    /* The first of an engine is not the hub's first: it may have forgotten. */
    if (rc != 0 || before == 0 || relay == before + 1)
        return rc;
    c->lost += relay - before - 1;
    copy_find(c, row->id)->tally.relay_lost += relay - before - 1;
    return COPY_GAP;
}

void
copy_beat(struct copy *c, uint64_t now_ms, uint64_t wall_ms)
{
    c->beat_at_ms = now_ms;
    c->beat_wall_ms = wall_ms;
}

void
copy_refused(struct copy *c, const struct beat *b)
{
    c->hub_minor = b->minor;
    tally_fold_beat(&c->refused, b);
}

/*
 * The hub tells of an engine that is off once a minute, for a day; one that
 * was off when another hub began is not told of at all.  Either way it is
 * kept for a day after its last word.
 */
static bool
is_forgotten(const struct copy_engine *e, uint64_t now_ms)
{
    return e->shown == COPY_OFFLINE && e->verdict.live == VERDICT_OFF &&
           copy_age_ms(e, now_ms) >= COPY_FORGET_MS &&
           now_ms >= e->heard_at_ms + COPY_UNTOLD_MS;
}

static void
forget_the_gone(struct copy *c, uint64_t now_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->count; i++) {
        if (is_forgotten(c->engines[i], now_ms)) {
            free(c->engines[i]);
        } else {
            c->engines[kept++] = c->engines[i];
        }
    }
    if (kept == c->count)
        return;
    c->forgotten += c->count - kept;
    c->count = kept;
    c->generation++;
}

void
copy_judge(struct copy *c, uint64_t now_ms)
{
    bool up = c->has_snapshot && now_ms < c->beat_at_ms + COPY_BUS_SILENT_MS;

    if (up != c->bus_up)
        c->generation++;
    c->bus_up = up;
    for (size_t i = 0; i < c->count; i++) {
        struct copy_engine *e = c->engines[i];
        enum copy_shown shown = judge(c, e, now_ms);

        if (shown != e->shown)
            e->changed = ++c->generation;
        e->shown = shown;
    }
    forget_the_gone(c, now_ms);
}

const char *
copy_shown_token(enum copy_shown shown)
{
    static const char *const tokens[COPY_SHOWN_COUNT] = {
        [COPY_IDLE] = "idle",         [COPY_QUEUED] = "queued",
        [COPY_SYNCING] = "syncing",   [COPY_ERROR] = "error",
        [COPY_DISABLED] = "disabled", [COPY_STALLED] = "stalled",
        [COPY_OFFLINE] = "offline",   [COPY_UNKNOWN] = "unknown",
    };

    return tokens[shown];
}

bool
copy_is_syncing(enum copy_shown shown)
{
    return shown == COPY_SYNCING || shown == COPY_STALLED;
}
