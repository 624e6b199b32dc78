#include "gateway/siyuan/view.h"

#include "gateway/siyuan/stat.h"
#include "gateway/siyuan/view_run.h"
#include "gateway/texts.h"

#include <stdio.h>
#include <string.h>

#define INFO_MAX 512 /* a name of a phase, ": ", an item */

static bool
has(const struct state *s, uint32_t bit)
{
    return (s->has & bit) != 0;
}

static const char *
provider_name(const struct state *s)
{
    /* SiYuan's `stat` calls it by a longer name than `providerName`. */
    if (strcmp(s->provider, "local") == 0)
        return "Local";
    if (s->provider[0] == '\0')
        return "";
    return stat_provider(s->provider);
}

/* ---- progress ---- */

static void
format_info(char out[INFO_MAX], const struct state *s, enum lang lang)
{
    char other[INFO_MAX / 2];
    enum phase phase = phase_find(s->phase);
    const char *name = texts_phase(phase, lang);

    if (s->phase[0] == '\0') {
        name = texts_shown(COPY_SYNCING, lang);
    } else if (phase == PHASE_NONE) {
        texts_fill(other, sizeof other, texts_get(TEXT_PHASE_OTHER, lang),
                   (const char *const[]){s->phase, NULL});
        name = other;
    }
    (void)snprintf(out, INFO_MAX, "%s%s%s", name,
                   s->item[0] != '\0' ? ": " : "", s->item);
}

static uint64_t
percent(const struct state_count *n)
{
    if (n->total == 0)
        return 0;
    if (n->current >= n->total)
        return 100;
    if (n->current > UINT64_MAX / 100)
        return n->current / (n->total / 100);
    return 100 * n->current / n->total;
}

static void
put_overall(struct json_out *w, const struct copy_engine *e)
{
    if (has(&e->state, STATE_HAS_PERMILLE)) {
        json_out_tenths(w, e->permille);
    } else {
        json_out_null(w);
    }
}

static void
put_eta(struct json_out *w, const struct copy_engine *e)
{
    json_out_key(w, "etaSeconds");
    if (e->shown == COPY_SYNCING && has(&e->state, STATE_HAS_PERMILLE) &&
        e->eta_seconds != COPY_SECONDS_UNKNOWN) {
        json_out_uint(w, e->eta_seconds);
    } else {
        json_out_null(w);
    }
}

static void
put_elapsed(struct json_out *w, const struct copy_engine *e,
            struct slots *slots)
{
    const struct state *s = &e->state;
    struct slot slot = {
        .kind = SLOTS_SINCE,
        .base = e->verdict.age_ms,
        .since_ms = e->heard_at_ms,
    };

    if (s->up_ms > s->run_up_ms)
        slot.base += s->up_ms - s->run_up_ms;
    json_out_key(w, "elapsedMs");
    slots_put(w, slots, &slot);
}

static void
put_running(struct json_out *w, const struct copy_engine *e, enum lang lang,
            struct slots *slots)
{
    const struct state *s = &e->state;
    char info[INFO_MAX];

    format_info(info, s, lang);
    json_out_open(w, '{');
    json_out_key_uint(w, "current", s->items.current);
    json_out_key_uint(w, "total", s->items.total);
    json_out_key_string(w, "info", info);
    json_out_key_uint(w, "percent", percent(&s->items));
    json_out_key_string(w, "phase", s->phase);
    json_out_key(w, "overallPercent");
    put_overall(w, e);
    json_out_key_uint(w, "bytesCurrent", s->bytes.current);
    json_out_key_uint(w, "bytesTotal", s->bytes.total);
    json_out_key_uint(w, "bytesPerSecond", s->bytes_per_second);
    put_eta(w, e);
    json_out_key_string(w, "item", s->item);
    put_elapsed(w, e, slots);
    json_out_key_bool(w, "stalled", e->shown == COPY_STALLED);
    json_out_close(w, '}');
}

static void
put_resting(struct json_out *w, enum copy_shown shown, enum lang lang)
{
    json_out_open(w, '{');
    json_out_key_uint(w, "current", 0);
    json_out_key_uint(w, "total", 0);
    json_out_key_string(w, "info", texts_shown(shown, lang));
    json_out_key_uint(w, "percent", 0);
    json_out_key_string(w, "phase", "");
    json_out_key(w, "overallPercent");
    json_out_null(w);
    json_out_key_uint(w, "bytesCurrent", 0);
    json_out_key_uint(w, "bytesTotal", 0);
    json_out_key_uint(w, "bytesPerSecond", 0);
    json_out_key(w, "etaSeconds");
    json_out_null(w);
    json_out_key_string(w, "item", "");
    json_out_key_uint(w, "elapsedMs", 0);
    json_out_key_bool(w, "stalled", false);
    json_out_close(w, '}');
}

/* ---- the other engines ---- */

void
view_engines(struct json_out *w, const struct copy *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct copy_engine *e = c->engines[i];

        json_out_open(w, '{');
        json_out_key_string(w, "engine", e->id);
        json_out_key_string(w, "state", copy_shown_token(e->shown));
        json_out_key_string(w, "live", verdict_live_token(e->verdict.live));
        json_out_key(w, "percent");
        if (copy_is_syncing(e->shown)) {
            put_overall(w, e);
        } else {
            json_out_null(w);
        }
        json_out_close(w, '}');
    }
}

static bool
is_kernel_of(const struct copy_engine *other, const struct copy_engine *e)
{
    return other != e && other->shown != COPY_OFFLINE &&
           other->shown != COPY_UNKNOWN && e->state.repo[0] != '\0' &&
           strcmp(other->state.repo, e->state.repo) == 0;
}

static void
put_kernels(struct json_out *w, const struct copy *c,
            const struct copy_engine *e)
{
    json_out_key(w, "kernels");
    json_out_open(w, '[');
    for (size_t i = 0; e != NULL && i < c->count; i++) {
        const struct copy_engine *other = c->engines[i];

        if (!is_kernel_of(other, e))
            continue;
        json_out_open(w, '{');
        json_out_key_string(w, "id", other->id);
        json_out_key_string(w, "hostname", other->state.info.host);
        json_out_key_string(w, "os", other->state.info.os);
        json_out_key_string(w, "ver", other->state.info.version);
        json_out_close(w, '}');
    }
    json_out_close(w, ']');
}

/* ---- the answer ---- */

static void
put_envelope(struct json_out *w, int code, const char *msg)
{
    json_out_open(w, '{');
    json_out_key(w, "code");
    json_out_int(w, code);
    json_out_key_string(w, "msg", msg);
    json_out_key(w, "data");
}

static void
put_tail(struct json_out *w, const struct view_parts *p, struct slots *slots)
{
    const struct copy *c = p->copy;
    struct slot slot = {.kind = SLOTS_WALL};

    json_out_key(w, "engines");
    json_out_open(w, '[');
    json_out_raw(w, p->engines, p->engines_len);
    json_out_close(w, ']');
    json_out_key_string(w, "bus", c->bus_up ? "up" : "down");
    json_out_key(w, "asOfMs");
    /* Without the hub, the copy is as old as its last word. */
    if (c->bus_up) {
        slots_put(w, slots, &slot);
    } else {
        json_out_uint(w, c->beat_wall_ms);
    }
    json_out_close(w, '}');
    json_out_close(w, '}');
}

/* The five documented fields. */
static void
put_documented(struct json_out *w, const struct copy_engine *e, enum lang lang,
               struct slots *slots)
{
    const struct state *s = &e->state;
    bool syncing = copy_is_syncing(e->shown);
    bool enabled =
        has(s, STATE_HAS_ENABLED) ? s->enabled : s->name != STATE_DISABLED;

    json_out_key_string(w, "providerName", provider_name(s));
    json_out_key_string(w, "cloudName", s->cloud);
    json_out_key_bool(w, "enabled", enabled);
    json_out_key_bool(w, "syncing", syncing);
    json_out_key(w, "progress");
    if (syncing) {
        put_running(w, e, lang, slots);
    } else {
        put_resting(w, e->shown, lang);
    }
}

static void
put_next(struct json_out *w, const struct state *s)
{
    json_out_key(w, "nextRunAt");
    if (has(s, STATE_HAS_NEXT) && s->next_at_ms != 0) {
        json_out_uint(w, s->next_at_ms);
    } else {
        json_out_null(w);
    }
    json_out_key_uint(w, "failuresInARow", s->failures);
}

void
view_engine(struct json_out *w, const struct view_parts *p,
            const struct copy_engine *e, struct slots *slots)
{
    const struct state *s = &e->state;
    struct slot age = {.kind = SLOTS_SINCE,
                       .base = e->verdict.age_ms,
                       .since_ms = e->heard_at_ms};
    char stat[STAT_MAX];

    slots->count = 0;
    stat_format(stat, s, p->lang);
    put_envelope(w, 0, "");
    json_out_open(w, '{');
    put_documented(w, e, p->lang, slots);
    json_out_key_uint(w, "synced", s->synced_at_ms);
    json_out_key_string(w, "stat", stat);
    put_kernels(w, p->copy, e);
    json_out_key_string(w, "kernel", e->id);
    json_out_key_string(w, "engine", e->id);
    json_out_key_string(w, "state", copy_shown_token(e->shown));
    json_out_key_string(w, "live", verdict_live_token(e->verdict.live));
    json_out_key(w, "ageMs");
    slots_put(w, slots, &age);
    view_run_error(w, s, p->lang);
    put_next(w, s);
    view_run_last(w, s);
    put_tail(w, p, slots);
}

void
view_nothing(struct json_out *w, const struct view_parts *p, const char *msg,
             struct slots *slots)
{
    slots->count = 0;
    put_envelope(w, 1, msg);
    json_out_open(w, '{');
    json_out_key_string(w, "providerName", "");
    json_out_key_string(w, "cloudName", "");
    json_out_key_bool(w, "enabled", false);
    json_out_key_bool(w, "syncing", false);
    json_out_key(w, "progress");
    put_resting(w, COPY_IDLE, p->lang);
    json_out_key_uint(w, "synced", 0);
    json_out_key_string(w, "stat", "");
    put_kernels(w, p->copy, NULL);
    json_out_key_string(w, "kernel", "");
    json_out_key_string(w, "state", copy_shown_token(COPY_UNKNOWN));
    put_tail(w, p, slots);
}

void
view_plain(struct json_out *w, int code, const char *msg)
{
    put_envelope(w, code, msg);
    json_out_null(w);
    json_out_close(w, '}');
}
