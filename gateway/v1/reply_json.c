#include "gateway/v1/reply_json.h"

#include "gateway/siyuan/view_run.h"

static void
begin(struct json_out *w, const struct reply_json *page)
{
    json_out_open(w, '{');
    json_out_key_string(w, "engine", page->engine);
}

static void
end(struct json_out *w, const struct reply *r)
{
    json_out_close(w, ']');
    json_out_key(w, "next");
    if ((r->has & REPLY_HAS_NEXT) != 0) {
        json_out_uint(w, r->next);
    } else {
        json_out_null(w);
    }
    json_out_close(w, '}');
}

void
reply_json_runs(struct json_out *w, const struct reply_json *page)
{
    const struct reply *r = page->reply;

    begin(w, page);
    json_out_key(w, "runs");
    json_out_open(w, '[');
    for (size_t i = 0; i < r->count; i++) {
        json_out_open(w, '{');
        view_run_members(w, &r->runs[i]);
        json_out_key(w, "error");
        view_run_put_error(w, &r->runs[i], page->lang);
        json_out_close(w, '}');
    }
    end(w, r);
}

/* A later version may send another kind: it is shown as it is. */
static void
put_kind(struct json_out *w, char kind)
{
    const char text[] = {kind, '\0'};

    json_out_key_string(w, "kind",
                        kind == '+'   ? "added"
                        : kind == '~' ? "changed"
                        : kind == '-' ? "removed"
                        : kind == '>' ? "sent"
                                      : text);
}

void
reply_json_changes(struct json_out *w, const struct reply_json *page)
{
    const struct reply *r = page->reply;

    begin(w, page);
    json_out_key_uint(w, "run", page->run);
    json_out_key(w, "changes");
    json_out_open(w, '[');
    for (size_t i = 0; i < r->count; i++) {
        const struct reply_change *c = &r->changes[i];

        json_out_open(w, '{');
        put_kind(w, c->kind);
        json_out_key_string(w, "path", reply_text(r, c->path));
        json_out_key_uint(w, "bytes", c->size_bytes);
        json_out_close(w, '}');
    }
    end(w, r);
}

void
reply_json_conflicts(struct json_out *w, const struct reply_json *page)
{
    const struct reply *r = page->reply;

    begin(w, page);
    json_out_key(w, "conflicts");
    json_out_open(w, '[');
    for (size_t i = 0; i < r->count; i++) {
        const struct reply_conflict *c = &r->conflicts[i];
        const char *kept = reply_text(r, c->kept);

        json_out_open(w, '{');
        json_out_key_uint(w, "run", c->run);
        json_out_key_string(w, "path", reply_text(r, c->path));
        json_out_key_string(w, "kind", c->kind);
        json_out_key_string(w, "winner", c->winner);
        json_out_key(w, "kept");
        if (kept[0] != '\0') {
            json_out_string(w, kept);
        } else {
            json_out_null(w);
        }
        json_out_close(w, '}');
    }
    end(w, r);
}
