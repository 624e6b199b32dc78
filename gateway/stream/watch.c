#include "gateway/stream/watch.h"

#include "gateway/stream/ws_frame.h"
#include "services/runtime/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages of one step, as frames, one behind the other. */
struct batch {
    size_t len;
    char bytes[PUSH_BATCH_MAX];
};

static void
add_frame(void *self, const char *json, size_t len)
{
    struct batch *b = self;
    unsigned char head[WS_FRAME_HEAD_MAX];
    size_t n = ws_frame_head(head, WS_TEXT, len);

    if (b->len + n + len > sizeof b->bytes)
        return;
    memcpy(b->bytes + b->len, head, n);
    memcpy(b->bytes + b->len + n, json, len);
    b->len += n + len;
}

typedef void (*make_fn)(struct push_told *, const struct push_scene *,
                        const struct push_sink *);

static void
join(struct push_told *told, const struct push_scene *scene,
     const struct push_sink *sink)
{
    push_join(told, scene, sink);
}

/* The frames that make() writes about the engine; NULL when there are none. */
static int
make_frames(const struct watches *w, const struct watch *watch,
            struct push_told *told, make_fn make, struct shared_text **frames)
{
    struct push_scene scene = {.engine = &watch->engine,
                               .boot_ms = clock_boot_ms(),
                               .wall_ms = clock_wall_ms(),
                               .lang = w->lang};
    struct batch *b = malloc(sizeof *b);
    struct push_sink sink = {.add = add_frame, .self = b};
    int rc = 0;

    *frames = NULL;
    if (b == NULL)
        return -ENOMEM;
    b->len = 0;
    make(told, &scene, &sink);
    if (b->len > 0) {
        *frames = shared_text_copy(b->bytes, b->len);
        rc = *frames != NULL ? 0 : -ENOMEM;
    }
    free(b);
    return rc;
}

/* ---- which engine ---- */

static const struct copy_engine *
choose_first(const struct copy *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->engines[i]->verdict.live != VERDICT_OFF)
            return c->engines[i];
    }
    return c->count > 0 ? c->engines[0] : NULL;
}

/*
 * Stay with an engine once it was there: getSyncInfo may show another when
 * this one leaves, but a run that was told to start is told to end.
 */
static const struct copy_engine *
choose(const struct watches *w, const struct watch *watch, const struct copy *c)
{
    const struct copy_engine *e = NULL;

    if (watch->id[0] != '\0')
        return copy_find(c, watch->id);
    if (w->engine != NULL)
        return copy_find(c, w->engine);
    if (watch->has_engine)
        e = copy_find(c, watch->engine.id);
    if (e != NULL && (watch->told.is_open || e->verdict.live != VERDICT_OFF))
        return e;
    return choose_first(c);
}

/* Is there anything new about it? */
static bool
look(const struct watches *w, struct watch *watch)
{
    const struct copy *copy = mirror_lock(w->mirror);
    const struct copy_engine *e = choose(w, watch, copy);
    bool is_new = e != NULL &&
                  (!watch->has_engine || e->changed != watch->engine.changed ||
                   strcmp(e->id, watch->engine.id) != 0);

    if (is_new) {
        if (watch->has_engine && strcmp(e->id, watch->engine.id) != 0)
            watch->told = (struct push_told){0};
        watch->engine = *e;
        watch->has_engine = true;
    }
    mirror_unlock(w->mirror);
    return is_new;
}

static void
step(const struct watches *w, struct watch *watch)
{
    struct push_told before = watch->told;
    struct shared_text *frames;

    if (!look(w, watch) && watch->told.gone_at_ms == 0)
        return;
    if (make_frames(w, watch, &watch->told, push_step, &frames) != 0) {
        watch->told = before; /* all of it with the next change */
        return;
    }
    if (frames == NULL && push_told_is_same(&before, &watch->told))
        return;
    shared_text_drop(watch->frames);
    watch->frames = frames;
    watch->version++;
}

void
watches_look(struct watches *w)
{
    for (struct watch *watch = w->first; watch != NULL; watch = watch->next)
        step(w, watch);
}

/* ---- followers ---- */

static struct watch *
find_or_add(struct watches *w, const char *id)
{
    struct watch *watch = w->first;

    while (watch != NULL && strcmp(watch->id, id) != 0)
        watch = watch->next;
    if (watch != NULL)
        return watch;
    watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return NULL;
    (void)snprintf(watch->id, sizeof watch->id, "%s", id);
    watch->next = w->first;
    w->first = watch;
    step(w, watch);
    return watch;
}

int
watches_join(struct watches *w, struct follow *f, const char *id,
             struct shared_text **frames)
{
    struct watch *watch = find_or_add(w, id);

    *frames = NULL;
    if (watch == NULL)
        return -ENOMEM;
    watch->refs++;
    *f = (struct follow){
        .watch = watch, .told = watch->told, .version = watch->version};
    return make_frames(w, watch, &f->told, join, frames);
}

void
watches_leave(struct watches *w, struct follow *f)
{
    struct watch *watch = f->watch, **link = &w->first;

    f->watch = NULL;
    if (watch == NULL || --watch->refs > 0)
        return;
    while (*link != watch)
        link = &(*link)->next;
    *link = watch->next;
    shared_text_drop(watch->frames);
    free(watch);
}

int
watches_take(const struct watches *w, struct follow *f,
             struct shared_text **frames)
{
    struct watch *watch = f->watch;
    int rc;

    *frames = NULL;
    if (watch == NULL || f->version == watch->version)
        return 0;
    if (f->version + 1 == watch->version && !f->is_apart) {
        *frames = shared_text_keep(watch->frames);
        f->told = watch->told;
        f->version = watch->version;
        return 0;
    }
    /* It missed something: from what it knows to now, for it alone. */
    if (watch->told.is_cut && f->told.is_open)
        f->told.gone_at_ms = 1; /* that wait is over */
    rc = make_frames(w, watch, &f->told, push_step, frames);
    f->version = watch->version;
    f->is_apart = !push_told_is_same(&f->told, &watch->told);
    return rc;
}
