#include "gateway/siyuan/view_run.h"

#include "gateway/cause.h"

static void
put_traffic(struct json_out *w, const char *key, const struct state_traffic *t)
{
    json_out_key(w, key);
    json_out_open(w, '{');
    json_out_key_uint(w, "files", t->files);
    json_out_key_uint(w, "chunks", t->chunks);
    json_out_key_uint(w, "bytes", t->bytes);
    json_out_close(w, '}');
}

void
view_run_members(struct json_out *w, const struct state_last *l)
{
    json_out_key_uint(w, "run", l->run);
    json_out_key_bool(w, "ok", l->ok);
    json_out_key_string(w, "code", l->code);
    json_out_key_uint(w, "at", l->at_ms);
    json_out_key_uint(w, "durationMs", l->duration_ms);
    json_out_key_string(w, "direction", l->direction);
    put_traffic(w, "uploaded", &l->sent);
    put_traffic(w, "downloaded", &l->received);
    json_out_key(w, "changes");
    json_out_open(w, '{');
    json_out_key_uint(w, "upserts", l->upserts);
    json_out_key_uint(w, "removes", l->removes);
    json_out_key_uint(w, "conflicts", l->conflicts);
    json_out_close(w, '}');
}

void
view_run_put(struct json_out *w, const struct state_last *l)
{
    json_out_open(w, '{');
    view_run_members(w, l);
    json_out_close(w, '}');
}

void
view_run_put_error(struct json_out *w, const struct state_last *l,
                   enum lang lang)
{
    enum code code = l->code[0] != '\0' ? code_find(l->code) : CODE_INTERNAL;
    const struct code_info *info = code_info(code);
    char cause[STATE_WHY_MAX];

    if (l->ok) {
        json_out_null(w);
        return;
    }
    cause_clean(cause, sizeof cause, l->why);
    json_out_open(w, '{');
    json_out_key_string(w, "code", l->code[0] != '\0' ? l->code : info->token);
    json_out_key_string(w, "msg", info->text[lang]);
    json_out_key_string(w, "remedy", info->remedy[lang]);
    json_out_key_bool(w, "retryable", info->retryable);
    json_out_key_string(w, "cause", cause);
    json_out_key_uint(w, "at", l->at_ms);
    json_out_close(w, '}');
}

void
view_run_last(struct json_out *w, const struct state *s)
{
    json_out_key(w, "lastRun");
    if ((s->has & STATE_HAS_LAST) == 0) {
        json_out_null(w);
    } else {
        view_run_put(w, &s->last);
    }
}

void
view_run_error(struct json_out *w, const struct state *s, enum lang lang)
{
    json_out_key(w, "lastError");
    if ((s->has & STATE_HAS_LAST) == 0) {
        json_out_null(w);
    } else {
        view_run_put_error(w, &s->last, lang);
    }
}
