/*
 * A list is made in slices: so many engines are copied under the mirror's
 * lock and rendered without it, then the next ones.  So a fleet's list keeps
 * nobody from the copy, however long it is.
 */
#include "gateway/v1/engines.h"

#include "gateway/http/http.h"
#include "gateway/siyuan/view.h"
#include "gateway/v1/engine_json.h"
#include "services/runtime/clock.h"

#include <stdlib.h>
#include <string.h>

#define SLICE    32
#define LIST_CAP 65536 /* bytes of a first list; grows by doubling */
#define NO_STORE "Cache-Control: no-store\r\n"

static struct slots_now
moment(void)
{
    return (struct slots_now){clock_boot_ms(), clock_wall_ms()};
}

/* Without the hub, the copy is as old as its last word. */
static void
put_bus(struct json_out *w, const struct copy *c, const struct slots_now *now)
{
    json_out_key_string(w, "bus", c->bus_up ? "up" : "down");
    json_out_key_uint(w, "asOfMs", c->bus_up ? now->wall_ms : c->beat_wall_ms);
}

static int
finish(struct service *s, struct request *r, struct json_out *w)
{
    struct http_head h = {.status = 200,
                          .type = HTTP_JSON,
                          .extra = NO_STORE,
                          .body_len = w->len};
    int rc = w->overflow ? problem_send(r, PROBLEM_MEMORY, s->lang, NULL)
                         : http_send_body(r, &h, w->buf);

    json_out_clear(w);
    return rc;
}

/* The first engine whose id is beyond this one. */
static size_t
place_after(const struct copy *c, const char *id)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(c->engines[middle]->id, id) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Copy the next engines beyond the id `after`; how many. */
static size_t
take_slice(struct service *s, struct copy_engine *out, const char *after)
{
    const struct copy *c = mirror_lock(s->mirror);
    size_t n = 0;

    for (size_t i = place_after(c, after); i < c->count && n < SLICE; i++)
        out[n++] = *c->engines[i];
    mirror_unlock(s->mirror);
    return n;
}

static void
put_list(struct service *s, struct json_out *w, struct copy_engine *slice)
{
    char after[TOPIC_ID_MAX] = "";
    struct slots_now now = moment();
    const struct copy *c = mirror_lock(s->mirror);
    size_t n;

    json_out_open(w, '{');
    put_bus(w, c, &now);
    mirror_unlock(s->mirror);
    json_out_key(w, "engines");
    json_out_open(w, '[');
    while ((n = take_slice(s, slice, after)) > 0) {
        now = moment();
        for (size_t i = 0; i < n; i++)
            engine_json_put(w, &slice[i], &now, s->lang);
        memcpy(after, slice[n - 1].id, sizeof after);
    }
    json_out_close(w, ']');
    json_out_close(w, '}');
}

int
engines_list(struct service *s, struct request *r)
{
    struct copy_engine *slice = malloc(SLICE * sizeof *slice);
    struct json_out w;

    if (slice == NULL || json_out_init_heap(&w, LIST_CAP) != 0) {
        free(slice);
        return problem_send(r, PROBLEM_MEMORY, s->lang, NULL);
    }
    put_list(s, &w, slice);
    free(slice);
    return finish(s, r, &w);
}

static enum problem_kind
look(const struct copy *c, const char *id, const struct copy_engine **out)
{
    *out = c->has_snapshot ? copy_find(c, id) : NULL;
    if (!c->has_snapshot)
        return PROBLEM_NO_SNAPSHOT;
    return *out != NULL ? PROBLEM_NONE : PROBLEM_UNKNOWN_ENGINE;
}

enum problem_kind
engines_look(struct service *s, const char *id)
{
    const struct copy *c = mirror_lock(s->mirror);
    const struct copy_engine *e;
    enum problem_kind kind = look(c, id, &e);

    if (kind == PROBLEM_NONE && !c->bus_up)
        kind = PROBLEM_BUS_DOWN;
    mirror_unlock(s->mirror);
    return kind;
}

int
engines_one(struct service *s, struct request *r)
{
    struct slots_now now = moment();
    const struct copy_engine *e;
    const struct copy *c;
    enum problem_kind kind;
    struct json_out w;

    if (json_out_init_heap(&w, ENGINE_JSON_MAX) != 0)
        return problem_send(r, PROBLEM_MEMORY, s->lang, NULL);
    c = mirror_lock(s->mirror);
    kind = look(c, r->param[0], &e);
    if (kind == PROBLEM_NONE) {
        json_out_open(&w, '{');
        engine_json_members(&w, e, &now, s->lang);
        view_kernels(&w, c, e);
        put_bus(&w, c, &now);
        json_out_close(&w, '}');
    }
    mirror_unlock(s->mirror);
    if (kind != PROBLEM_NONE) {
        json_out_clear(&w);
        return problem_send(r, kind, s->lang, r->param[0]);
    }
    return finish(s, r, &w);
}
