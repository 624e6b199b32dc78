#include "gateway/siyuan/view.h"

#include "gateway/siyuan/stat.h"
#include "gateway/siyuan/view_run.h"
#include "gateway/siyuan/view_sync.h"

#include <string.h>

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
            view_sync_overall(w, e);
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

void
view_kernels(struct json_out *w, const struct copy *c,
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

void
view_engine(struct json_out *w, const struct view_parts *p,
            const struct copy_engine *e, struct slots *slots)
{
    const struct state *s = &e->state;
    struct slot age = {.kind = SLOTS_SINCE,
                       .base = e->verdict.age_ms,
                       .since_ms = e->heard_at_ms};
    char stat[STAT_MAX];

    *slots = (struct slots){0};
    stat_format(stat, s, p->lang);
    put_envelope(w, 0, "");
    json_out_open(w, '{');
    view_sync_documented(w, e, p->lang, slots);
    json_out_key_uint(w, "synced", s->synced_at_ms);
    json_out_key_string(w, "stat", stat);
    view_kernels(w, p->copy, e);
    json_out_key_string(w, "kernel", e->id);
    json_out_key_string(w, "engine", e->id);
    json_out_key_string(w, "state", copy_shown_token(e->shown));
    json_out_key_string(w, "live", verdict_live_token(e->verdict.live));
    json_out_key(w, "ageMs");
    slots_put(w, slots, &age);
    view_run_error(w, s, p->lang);
    view_sync_next(w, s);
    view_run_last(w, s);
    put_tail(w, p, slots);
}

void
view_nothing(struct json_out *w, const struct view_parts *p, const char *msg,
             struct slots *slots)
{
    *slots = (struct slots){0};
    put_envelope(w, 1, msg);
    json_out_open(w, '{');
    json_out_key_string(w, "providerName", "");
    json_out_key_string(w, "cloudName", "");
    json_out_key_bool(w, "enabled", false);
    json_out_key_bool(w, "syncing", false);
    json_out_key(w, "progress");
    view_sync_resting(w, COPY_IDLE, p->lang);
    json_out_key_uint(w, "synced", 0);
    json_out_key_string(w, "stat", "");
    view_kernels(w, p->copy, NULL);
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
