/*
 * One rendered answer per engine that somebody asked for, kept beside the
 * copy.  A reader that finds it older than the copy renders it again, under
 * the lock, into the same memory when no other reader still sends from it:
 * a steady state allocates nothing.
 *
 * The list of all engines is part of every answer and by far its largest part
 * in a fleet: it is rendered once per change, whoever asks.
 */
#include "gateway/siyuan/answers.h"

#include "gateway/siyuan/view.h"
#include "gateway/texts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_CAP    4096 /* bytes of a first answer; grows by doubling */
#define MESSAGE_MAX 256

struct answer {
    char *text;
    size_t len, cap;
    struct slots slots;
    unsigned refs;       /* guarded by the lock */
    uint64_t generation; /* of the copy it shows */
};

/* Rendered text that grows. */
struct buffer {
    char *text;
    size_t len, cap;
};

struct cached {
    const struct copy_engine *engine;
    struct answer *answer; /* holds one reference */
};

struct answers {
    struct mirror *mirror;   /* its lock guards all of this */
    const struct copy *copy; /* while the lock is held */
    enum lang lang;
    const char *engine;
    struct buffer engines; /* view_engines() */
    uint64_t engines_generation;
    struct cached *cached; /* sorted by address of the engine */
    size_t cached_count, cached_cap;
    uint64_t forgotten; /* by the copy, when this cache was right */
};

int
answers_new(struct answers **out, const struct answers_options *opt)
{
    struct answers *a = calloc(1, sizeof *a);

    *out = NULL;
    if (a == NULL)
        return -ENOMEM;
    a->mirror = opt->mirror;
    a->lang = opt->lang;
    a->engine = opt->engine;
    *out = a;
    return 0;
}

/* Under the lock, or when there are no other threads. */
static void
release(struct answer *answer)
{
    if (answer == NULL || --answer->refs > 0)
        return;
    free(answer->text);
    free(answer);
}

static void
empty_cache(struct answers *a)
{
    for (size_t i = 0; i < a->cached_count; i++) {
        release(a->cached[i].answer);
        a->cached[i] = (struct cached){0};
    }
    a->cached_count = 0;
}

void
answers_free(struct answers *a)
{
    if (a == NULL)
        return;
    empty_cache(a);
    free(a->cached);
    free(a->engines.text);
    free(a);
}

static int
grow(char **text, size_t *cap)
{
    size_t bigger = *cap > 0 ? 2 * *cap : TEXT_CAP;
    char *moved = realloc(*text, bigger);

    if (moved == NULL)
        return -ENOMEM;
    *text = moved;
    *cap = bigger;
    return 0;
}

/* Bring the list of engines up to date. */
static int
render_engines(struct answers *a)
{
    struct buffer *b = &a->engines;
    struct json_out w;
    int rc = b->text == NULL ? grow(&b->text, &b->cap) : 0;

    if (a->engines_generation == a->copy->generation)
        return 0;
    while (rc == 0) {
        json_out_init(&w, b->text, b->cap);
        view_engines(&w, a->copy);
        if (!w.overflow)
            break;
        rc = grow(&b->text, &b->cap);
    }
    if (rc != 0)
        return rc;
    b->len = w.len;
    a->engines_generation = a->copy->generation;
    return 0;
}

/* Render about e, or msg when e is NULL. */
static int
render(struct answers *a, struct answer *answer, const struct copy_engine *e,
       const char *msg)
{
    struct view_parts parts = {.copy = a->copy, .lang = a->lang};
    struct json_out w;
    int rc = render_engines(a);

    if (rc == 0 && answer->text == NULL)
        rc = grow(&answer->text, &answer->cap);
    parts.engines = a->engines.text;
    parts.engines_len = a->engines.len;
    while (rc == 0) {
        json_out_init(&w, answer->text, answer->cap);
        if (e != NULL) {
            view_engine(&w, &parts, e, &answer->slots);
        } else {
            view_nothing(&w, &parts, msg, &answer->slots);
        }
        if (!w.overflow)
            break;
        rc = grow(&answer->text, &answer->cap);
    }
    if (rc != 0)
        return rc;
    answer->len = w.len;
    answer->generation = a->copy->generation;
    return 0;
}

static struct answer *
answer_new(void)
{
    struct answer *answer = calloc(1, sizeof *answer);

    if (answer != NULL)
        answer->refs = 1;
    return answer;
}

/* The cache's place for e, made if need be; NULL when out of memory. */
static struct cached *
find_cached(struct answers *a, const struct copy_engine *e)
{
    size_t low = 0, high = a->cached_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if ((uintptr_t)a->cached[middle].engine < (uintptr_t)e) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < a->cached_count && a->cached[low].engine == e)
        return &a->cached[low];
    if (a->cached_count == a->cached_cap) {
        size_t cap = a->cached_cap > 0 ? 2 * a->cached_cap : 8;
        struct cached *moved = realloc(a->cached, cap * sizeof *moved);

        if (moved == NULL)
            return NULL;
        a->cached = moved;
        a->cached_cap = cap;
    }
    memmove(a->cached + low + 1, a->cached + low,
            (a->cached_count - low) * sizeof *a->cached);
    a->cached_count++;
    a->cached[low] = (struct cached){.engine = e};
    return &a->cached[low];
}

static struct answer *
take_engine(struct answers *a, const struct copy_engine *e)
{
    struct cached *place;
    struct answer *answer;

    /* An address in it may be nobody's, or another's, by now. */
    if (a->forgotten != a->copy->forgotten)
        empty_cache(a);
    a->forgotten = a->copy->forgotten;
    place = find_cached(a, e);
    if (place == NULL)
        return NULL;
    answer = place->answer;
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): never one that was emptied */
    if (answer != NULL && answer->generation == a->copy->generation) {
        answer->refs++;
        return answer;
    }
    if (answer == NULL || answer->refs > 1) {
        release(answer);
        answer = place->answer = answer_new();
    }
    if (answer == NULL)
        return NULL;
    answer->generation = 0; /* void, should this fail */
    if (render(a, answer, e, NULL) != 0)
        return NULL;
    answer->refs++;
    return answer;
}

/* Nobody to describe: not kept, since anybody can ask for any name. */
static struct answer *
take_nothing(struct answers *a, const char *engine)
{
    struct answer *answer = answer_new();
    char msg[MESSAGE_MAX];

    if (!a->copy->has_snapshot) {
        (void)snprintf(msg, sizeof msg, "%s",
                       texts_get(TEXT_NO_SNAPSHOT, a->lang));
    } else if (engine == NULL) {
        (void)snprintf(msg, sizeof msg, "%s",
                       texts_get(TEXT_NO_ENGINE, a->lang));
    } else {
        texts_fill(msg, sizeof msg, texts_get(TEXT_UNKNOWN_ENGINE, a->lang),
                   (const char *const[]){engine, NULL});
    }
    if (answer != NULL && render(a, answer, NULL, msg) != 0) {
        release(answer);
        return NULL;
    }
    return answer;
}

/* Which engine a request is about that names none: the first live one. */
static const struct copy_engine *
choose(const struct copy *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->engines[i]->verdict.live != VERDICT_OFF)
            return c->engines[i];
    }
    return c->count > 0 ? c->engines[0] : NULL;
}

struct answer *
answers_take(struct answers *a, const char *engine)
{
    const struct copy_engine *e = NULL;
    struct answer *answer;

    if (engine == NULL || engine[0] == '\0')
        engine = a->engine;
    a->copy = mirror_lock(a->mirror);
    if (a->copy->has_snapshot)
        e = engine != NULL ? copy_find(a->copy, engine) : choose(a->copy);
    answer = e != NULL ? take_engine(a, e) : take_nothing(a, engine);
    mirror_unlock(a->mirror);
    return answer;
}

static int
find_id(const struct copy *c, const char *engine, char id[TOPIC_ID_MAX])
{
    const struct copy_engine *e;

    if (!c->has_snapshot)
        return -ENODATA;
    if (!c->bus_up)
        return -ENOTCONN;
    e = engine != NULL ? copy_find(c, engine) : choose(c);
    if (e == NULL)
        return engine != NULL ? -ENOENT : -ENODEV;
    memcpy(id, e->id, sizeof e->id);
    return 0;
}

int
answers_find(struct answers *a, const char *engine, char id[TOPIC_ID_MAX])
{
    int rc;

    if (engine == NULL || engine[0] == '\0')
        engine = a->engine;
    a->copy = mirror_lock(a->mirror);
    rc = find_id(a->copy, engine, id);
    mirror_unlock(a->mirror);
    return rc;
}

void
answers_drop(struct answers *a, struct answer *answer)
{
    a->copy = mirror_lock(a->mirror);
    release(answer);
    mirror_unlock(a->mirror);
}

const char *
answer_text(const struct answer *answer, size_t *len)
{
    *len = answer->len;
    return answer->text;
}

const struct slots *
answer_slots(const struct answer *answer)
{
    return &answer->slots;
}

const char *
answers_why_not_ready(struct answers *a)
{
    bool has_snapshot, up;

    a->copy = mirror_lock(a->mirror);
    has_snapshot = a->copy->has_snapshot;
    up = a->copy->bus_up;
    mirror_unlock(a->mirror);
    if (!has_snapshot)
        return "no snapshot from the state aggregator yet";
    return up ? NULL : "the state aggregator is silent";
}
