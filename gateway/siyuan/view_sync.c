#include "gateway/siyuan/view_sync.h"

#include "gateway/siyuan/stat.h"
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

void
view_sync_overall(struct json_out *w, const struct copy_engine *e)
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
    view_sync_overall(w, e);
    json_out_key_uint(w, "bytesCurrent", s->bytes.current);
    json_out_key_uint(w, "bytesTotal", s->bytes.total);
    json_out_key_uint(w, "bytesPerSecond", s->bytes_per_second);
    put_eta(w, e);
    json_out_key_string(w, "item", s->item);
    put_elapsed(w, e, slots);
    json_out_key_bool(w, "stalled", e->shown == COPY_STALLED);
    json_out_close(w, '}');
}

void
view_sync_resting(struct json_out *w, enum copy_shown shown, enum lang lang)
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

void
view_sync_documented(struct json_out *w, const struct copy_engine *e,
                     enum lang lang, struct slots *slots)
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
        view_sync_resting(w, e->shown, lang);
    }
}

void
view_sync_next(struct json_out *w, const struct state *s)
{
    json_out_key(w, "nextRunAt");
    if (has(s, STATE_HAS_NEXT) && s->next_at_ms != 0) {
        json_out_uint(w, s->next_at_ms);
    } else {
        json_out_null(w);
    }
    json_out_key_uint(w, "failuresInARow", s->failures);
}
