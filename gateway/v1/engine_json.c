#include "gateway/v1/engine_json.h"

#include "gateway/siyuan/view_run.h"
#include "gateway/siyuan/view_sync.h"

/* A fact that may be unknown: null then. */
static void
put_known(struct json_out *w, const char *key, bool known, uint64_t value)
{
    json_out_key(w, key);
    if (known) {
        json_out_uint(w, value);
    } else {
        json_out_null(w);
    }
}

/* What it has done since its start; null when it does not say. */
static void
put_counts(struct json_out *w, const struct state *s)
{
    json_out_key(w, "counts");
    if ((s->has & STATE_HAS_COUNTS) == 0) {
        json_out_null(w);
        return;
    }
    json_out_open(w, '{');
    json_out_key_uint(w, "ok", s->counts.ok);
    json_out_key_uint(w, "failed", s->counts.failed);
    json_out_key_uint(w, "conflicts", s->counts.conflicts);
    json_out_key_uint(w, "sentBytes", s->counts.sent_bytes);
    json_out_key_uint(w, "receivedBytes", s->counts.received_bytes);
    json_out_close(w, '}');
}

static void
put_origin(struct json_out *w, const struct state *s)
{
    json_out_key_string(w, "repo", s->repo);
    json_out_key_string(w, "head", s->head);
    json_out_key_string(w, "host", s->info.host);
    json_out_key_string(w, "os", s->info.os);
    json_out_key_string(w, "version", s->info.version);
    json_out_key_string(w, "software", s->info.name);
    json_out_key_uint(w, "startedAt", s->epoch_us / 1000);
    json_out_key_uint(w, "upMs", s->up_ms);
}

void
engine_json_members(struct json_out *w, const struct copy_engine *e,
                    const struct slots_now *now, enum lang lang)
{
    const struct state *s = &e->state;
    struct slots slots = {.now = now};

    json_out_key_string(w, "engine", e->id);
    json_out_key_string(w, "state", copy_shown_token(e->shown));
    json_out_key_string(w, "live", verdict_live_token(e->verdict.live));
    json_out_key_uint(w, "ageMs", copy_age_ms(e, now->boot_ms));
    view_sync_documented(w, e, lang, &slots);
    put_known(w, "run", (s->has & STATE_HAS_RUN) != 0, s->run);
    json_out_key_string(w, "message", s->msg);
    json_out_key_uint(w, "synced", s->synced_at_ms);
    view_run_error(w, s, lang);
    view_sync_next(w, s);
    view_run_last(w, s);
    put_counts(w, s);
    put_origin(w, s);
    json_out_key_uint(w, "lostMessages", e->verdict.lost);
}

void
engine_json_put(struct json_out *w, const struct copy_engine *e,
                const struct slots_now *now, enum lang lang)
{
    json_out_open(w, '{');
    engine_json_members(w, e, now, lang);
    json_out_close(w, '}');
}
