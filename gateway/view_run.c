#include "gateway/view_run.h"

#include "gateway/cause.h"

static void
put_traffic(struct json_out *w, const char *key, const struct state_traffic *t)
{
    json_key(w, key);
    json_open(w, '{');
    json_key_uint(w, "files", t->files);
    json_key_uint(w, "chunks", t->chunks);
    json_key_uint(w, "bytes", t->bytes);
    json_close(w, '}');
}

void
view_run_last(struct json_out *w, const struct state *s)
{
    const struct state_last *l = &s->last;

    json_key(w, "lastRun");
    if ((s->has & STATE_HAS_LAST) == 0) {
        json_null(w);
        return;
    }
    json_open(w, '{');
    json_key_uint(w, "run", l->run);
    json_key_bool(w, "ok", l->ok);
    json_key_string(w, "code", l->code);
    json_key_uint(w, "at", l->at_ms);
    json_key_uint(w, "durationMs", l->duration_ms);
    json_key_string(w, "direction", l->direction);
    put_traffic(w, "uploaded", &l->sent);
    put_traffic(w, "downloaded", &l->received);
    json_key(w, "changes");
    json_open(w, '{');
    json_key_uint(w, "upserts", l->upserts);
    json_key_uint(w, "removes", l->removes);
    json_key_uint(w, "conflicts", l->conflicts);
    json_close(w, '}');
    json_close(w, '}');
}

void
view_run_error(struct json_out *w, const struct state *s, enum lang lang)
{
    const struct state_last *l = &s->last;
    enum code code = l->code[0] != '\0' ? code_find(l->code) : CODE_INTERNAL;
    const struct code_info *info = code_info(code);
    char cause[STATE_WHY_MAX];

    json_key(w, "lastError");
    if ((s->has & STATE_HAS_LAST) == 0 || l->ok) {
        json_null(w);
        return;
    }
    cause_clean(cause, sizeof cause, l->why);
    json_open(w, '{');
    json_key_string(w, "code", l->code[0] != '\0' ? l->code : info->token);
    json_key_string(w, "msg", info->text[lang]);
    json_key_string(w, "remedy", info->remedy[lang]);
    json_key_bool(w, "retryable", info->retryable);
    json_key_string(w, "cause", cause);
    json_key_uint(w, "at", l->at_ms);
    json_close(w, '}');
}
