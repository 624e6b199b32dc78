#include "tools/syncbus/row_json.h"

#include "tools/syncbus/text.h"

#include <string.h>

json_t *
row_json_text(const char *text)
{
    json_t *json = json_string(text);
    char safe[4 * STATE_MSG_MAX];

    if (json != NULL)
        return json;
    /* Peers' texts are UTF-8 (wire_scan); one of ours may have been cut. */
    text_safe(safe, sizeof safe, text);
    return json_string(safe);
}

static json_t *
number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *
known(bool is_known, uint64_t value)
{
    return is_known ? number(value) : json_null();
}

static json_t *
traffic(const struct state_traffic *t)
{
    return json_pack("{so so so}", "files", number(t->files), "chunks",
                     number(t->chunks), "bytes", number(t->bytes));
}

json_t *
row_json_run(const struct state_last *r)
{
    return json_pack(
        "{so sb so so so so so so so}", "run", number(r->run), "ok", r->ok,
        "code", row_json_text(r->code), "at", number(r->at_ms), "durationMs",
        number(r->duration_ms), "direction", row_json_text(r->direction),
        "uploaded", traffic(&r->sent), "downloaded", traffic(&r->received),
        "changes",
        json_pack("{so so so}", "upserts", number(r->upserts), "removes",
                  number(r->removes), "conflicts", number(r->conflicts)));
}

json_t *
row_json_error(const struct state_last *last)
{
    const struct code_info *info = code_info(
        last->code[0] != '\0' ? code_find(last->code) : CODE_INTERNAL);

    if (last->ok)
        return json_null();
    return json_pack(
        "{so ss ss sb so so}", "code",
        row_json_text(last->code[0] != '\0' ? last->code : info->token), "msg",
        info->text[LANG_EN], "remedy", info->remedy[LANG_EN], "retryable",
        info->retryable, "cause", row_json_text(last->why), "at",
        number(last->at_ms));
}

/* What it has done since its start; null when it does not say. */
static json_t *
counts(const struct state *s)
{
    const struct state_counts *c = &s->counts;

    if ((s->has & STATE_HAS_COUNTS) == 0)
        return json_null();
    return json_pack("{so so so so so}", "ok", number(c->ok), "failed",
                     number(c->failed), "conflicts", number(c->conflicts),
                     "sentBytes", number(c->sent_bytes), "receivedBytes",
                     number(c->received_bytes));
}

static uint64_t
percent(const struct state_count *n)
{
    if (n->total == 0)
        return 0;
    if (n->current >= n->total)
        return 100;
    return n->current > UINT64_MAX / 100 ? n->current / (n->total / 100)
                                         : 100 * n->current / n->total;
}

static json_t *
tenths(uint64_t permille)
{
    return permille % 10 == 0 ? number(permille / 10)
                              : json_real((double)permille / 10);
}

static json_t *
progress(const struct copy_engine *e, uint64_t now_ms)
{
    static const struct state nothing;
    bool syncing = copy_is_syncing(e->shown);
    const struct state *s = syncing ? &e->state : &nothing;
    bool has_share = (s->has & STATE_HAS_PERMILLE) != 0;
    uint64_t elapsed = syncing ? copy_age_ms(e, now_ms) : 0;

    if (s->up_ms > s->run_up_ms)
        elapsed += s->up_ms - s->run_up_ms;
    return json_pack("{so so so so so so so so so so so sb}", "current",
                     number(s->items.current), "total", number(s->items.total),
                     "percent", number(percent(&s->items)), "phase",
                     row_json_text(s->phase), "overallPercent",
                     has_share ? tenths(e->permille) : json_null(),
                     "bytesCurrent", number(s->bytes.current), "bytesTotal",
                     number(s->bytes.total), "bytesPerSecond",
                     number(s->bytes_per_second), "etaSeconds",
                     known(has_share && e->shown == COPY_SYNCING &&
                               e->eta_seconds != COPY_SECONDS_UNKNOWN,
                           e->eta_seconds),
                     "item", row_json_text(s->item), "elapsedMs",
                     number(elapsed), "stalled", e->shown == COPY_STALLED);
}

/* Add all members of more, whose reference it takes. */
static int
merge(json_t *into, json_t *more)
{
    int rc = json_object_update(into, more);

    json_decref(more);
    return rc;
}

static const char *
provider_name(const char *provider)
{
    static const char *const names[][2] = {{"local", "Local"},
                                           {"webdav", "WebDAV"},
                                           {"s3", "S3"},
                                           {"siyuan", "SiYuan"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(provider, names[i][0]) == 0)
            return names[i][1];
    }
    return provider;
}

static json_t *
origin(const struct copy_engine *e)
{
    const struct state *s = &e->state;

    return json_pack(
        "{so so so so so so so so so}", "repo", row_json_text(s->repo), "head",
        row_json_text(s->head), "host", row_json_text(s->info.host), "os",
        row_json_text(s->info.os), "version", row_json_text(s->info.version),
        "software", row_json_text(s->info.name), "startedAt",
        number(s->epoch_us / 1000), "upMs", number(s->up_ms), "lostMessages",
        number(e->verdict.lost));
}

static json_t *
history(const struct state *s)
{
    bool has_last = (s->has & STATE_HAS_LAST) != 0;

    return json_pack(
        "{so so so so so so so so}", "run",
        known((s->has & STATE_HAS_RUN) != 0, s->run), "message",
        row_json_text(s->msg), "synced", number(s->synced_at_ms), "lastError",
        has_last ? row_json_error(&s->last) : json_null(), "nextRunAt",
        known((s->has & STATE_HAS_NEXT) != 0 && s->next_at_ms != 0,
              s->next_at_ms),
        "failuresInARow", number(s->failures), "lastRun",
        has_last ? row_json_run(&s->last) : json_null(), "counts", counts(s));
}

json_t *
row_json_engine(const struct copy_engine *e, uint64_t now_ms)
{
    const struct state *s = &e->state;
    bool enabled = (s->has & STATE_HAS_ENABLED) != 0
                       ? s->enabled
                       : s->name != STATE_DISABLED;
    json_t *json = json_pack(
        "{ss ss ss so so so sb sb so}", "engine", e->id, "state",
        copy_shown_token(e->shown), "live", verdict_live_token(e->verdict.live),
        "ageMs", number(copy_age_ms(e, now_ms)), "providerName",
        row_json_text(provider_name(s->provider)), "cloudName",
        row_json_text(s->cloud), "enabled", enabled, "syncing",
        copy_is_syncing(e->shown), "progress", progress(e, now_ms));

    if (json == NULL || merge(json, history(s)) != 0 ||
        merge(json, origin(e)) != 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}
