#include "gateway/stream/push.h"

#include "gateway/http/json_out.h"
#include "gateway/siyuan/stat.h"
#include "gateway/texts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_MAX     1024 /* a status bar text before its time */
#define ARGUMENT_MAX 512  /* an item; its HTML may be cut */
#define SHORT_HEX    7    /* of an id, as SiYuan shows it */

/* Texts with a count are shown at multiples of this only (0: no count). */
static const uint64_t every[PHASE_COUNT] = {
    [PHASE_WALK] = 1024,     [PHASE_LOAD] = 64,        [PHASE_INDEX] = 32,
    [PHASE_FETCH_FILES] = 8, [PHASE_FETCH_CHUNKS] = 8, [PHASE_SEND_CHUNKS] = 8,
    [PHASE_SEND_FILES] = 8,  [PHASE_CHECKOUT] = 32,    [PHASE_REMOVE] = 64,
};

size_t
push_format(char *out, size_t cap, const struct push_message *m)
{
    struct json_out w;

    json_out_init(&w, out, cap);
    json_out_open(&w, '{');
    json_out_key_string(&w, "cmd", m->cmd);
    json_out_key_uint(&w, "reqId", m->request);
    json_out_key_string(&w, "app", "");
    json_out_key_string(&w, "sid", "");
    json_out_key_uint(&w, "pushMode", 0);
    json_out_key_string(&w, "callback", "");
    json_out_key(&w, "code");
    json_out_int(&w, m->code);
    json_out_key_string(&w, "msg", m->msg);
    json_out_key(&w, "data");
    json_out_null(&w);
    json_out_close(&w, '}');
    return w.overflow ? 0 : w.len;
}

static void
add(const struct push_sink *sink, const char *cmd, int code, const char *msg)
{
    struct push_message m = {.cmd = cmd, .code = code, .msg = msg};
    char json[PUSH_TEXT_MAX];
    size_t len = push_format(json, sizeof json, &m);

    if (len > 0)
        sink->add(sink->self, json, len);
}

/* A status bar text: with the local time behind it. */
static void
add_status(const struct push_scene *scene, const struct push_sink *sink,
           const char *text)
{
    char msg[STAT_MAX + 64], moment[32];
    time_t now = (time_t)(scene->wall_ms / 1000);
    struct tm local;

    if (localtime_r(&now, &local) == NULL)
        return;
    (void)strftime(moment, sizeof moment, "%Y-%m-%d %H:%M:%S", &local);
    (void)snprintf(msg, sizeof msg, "%s (%s)", text, moment);
    add(sink, "statusbar", 0, msg);
}

/* ---- the start ---- */

static void
begin(struct push_told *told, const struct push_scene *scene,
      const struct push_sink *sink, uint64_t run)
{
    told->is_open = true;
    told->is_cut = false;
    told->run = run;
    told->phase[0] = '\0';
    told->step = 0;
    told->gone_at_ms = 0;
    add(sink, "syncing", 0, texts_get(TEXT_SYNCING, scene->lang));
}

/* ---- on its way ---- */

/* As SiYuan: the walk names files without their folder. */
static const char *
name_of(const struct state *s, enum phase phase)
{
    const char *slash = phase == PHASE_WALK ? strrchr(s->item, '/') : NULL;

    return slash != NULL ? slash + 1 : s->item;
}

/* The status bar is HTML in SiYuan's front end: names must not become any. */
static void
format_argument(char out[ARGUMENT_MAX], const struct state *s, enum phase phase)
{
    switch (phase) {
    case PHASE_FETCH_REF:
        (void)snprintf(out, ARGUMENT_MAX, "refs/latest");
        return;
    case PHASE_FETCH_INDEX:
    case PHASE_SEND_INDEX:
        (void)snprintf(out, ARGUMENT_MAX, "%.*s", SHORT_HEX, s->head);
        return;
    case PHASE_NONE:
        stat_escape_html(out, ARGUMENT_MAX, s->phase);
        return;
    default:
        stat_escape_html(out, ARGUMENT_MAX, name_of(s, phase));
    }
}

/* An argument that is not known yet leaves no gap before the time. */
static void
trim_end(char *line)
{
    size_t len = strlen(line);

    while (len > 0 && line[len - 1] == ' ')
        line[--len] = '\0';
}

static void
add_progress(const struct push_told *told, const struct push_scene *scene,
             const struct push_sink *sink)
{
    const struct state *s = &scene->engine->state;
    enum phase phase = phase_find(s->phase);
    char line[LINE_MAX], current[24], total[24], argument[ARGUMENT_MAX];
    const char *text = phase != PHASE_NONE
                           ? texts_status(phase, scene->lang)
                           : texts_get(TEXT_PHASE_OTHER, scene->lang);

    (void)snprintf(current, sizeof current, "%llu",
                   (unsigned long long)told->step);
    (void)snprintf(total, sizeof total, "%llu",
                   (unsigned long long)s->items.total);
    format_argument(argument, s, phase);
    if (every[phase] == 0 || phase == PHASE_WALK) {
        texts_fill(line, sizeof line, text,
                   (const char *const[]){argument, NULL});
    } else {
        texts_fill(line, sizeof line, text,
                   (const char *const[]){current, total, NULL});
    }
    trim_end(line);
    add_status(scene, sink, line);
}

/* A text when the phase is another, or its count reached the next step. */
static void
follow(struct push_told *told, const struct push_scene *scene,
       const struct push_sink *sink)
{
    const struct state *s = &scene->engine->state;
    uint64_t steps = every[phase_find(s->phase)];
    uint64_t step = steps > 0 ? s->items.current / steps * steps : 0;
    bool is_new = strcmp(told->phase, s->phase) != 0;

    if (s->phase[0] == '\0' || (!is_new && step <= told->step))
        return;
    (void)snprintf(told->phase, sizeof told->phase, "%s", s->phase);
    told->step = step;
    add_progress(told, scene, sink);
}

/* ---- the end ---- */

static void
end(struct push_told *told, const struct push_scene *scene,
    const struct push_sink *sink, bool ok)
{
    const struct state *s = &scene->engine->state;
    char stat[STAT_MAX], line[LINE_MAX], seconds[24];

    told->is_open = false;
    told->gone_at_ms = 0;
    stat_format(stat, s, scene->lang);
    if (ok) {
        (void)snprintf(seconds, sizeof seconds, "%.2f",
                       (double)s->last.duration_ms / 1000);
        texts_fill(line, sizeof line, texts_get(TEXT_STATUS_DONE, scene->lang),
                   (const char *const[]){seconds, NULL});
        add_status(scene, sink, line);
    } else {
        add_status(scene, sink, stat);
    }
    add(sink, "syncing", ok ? 1 : 2, stat);
}

/* Nobody will say how it ended. */
static void
cut(struct push_told *told, const struct push_scene *scene,
    const struct push_sink *sink)
{
    told->is_open = false;
    told->is_cut = true;
    told->gone_at_ms = 0;
    add(sink, "syncing", 2, texts_cause(CODE_NETWORK, scene->lang));
}

static bool
has_last(const struct state *s)
{
    return (s->has & STATE_HAS_LAST) != 0;
}

static bool
has_finished(const struct push_told *told, const struct state *s)
{
    return has_last(s) &&
           (s->last.run != told->last_run || s->last.at_ms != told->last_at);
}

static void
note_last(struct push_told *told, const struct state *s)
{
    if (!has_last(s))
        return;
    told->last_run = s->last.run;
    told->last_at = s->last.at_ms;
}

/* A run that was not finished before is. */
static void
finish(struct push_told *told, const struct push_scene *scene,
       const struct push_sink *sink)
{
    const struct state *s = &scene->engine->state;
    bool is_told = told->run == s->last.run && (told->is_open || told->is_cut);

    note_last(told, s);
    if (told->is_open)
        end(told, scene, sink, s->last.ok);
    if (is_told)
        return;
    begin(told, scene, sink, s->last.run);
    end(told, scene, sink, s->last.ok);
}

/* It does not run any more, and says nothing about its end. */
static void
give_up(struct push_told *told, const struct push_scene *scene,
        const struct push_sink *sink)
{
    const struct state *s = &scene->engine->state;

    end(told, scene, sink, !has_last(s) && s->name != STATE_ERROR);
}

static void
wait_for(struct push_told *told, const struct push_scene *scene,
         const struct push_sink *sink)
{
    if (told->gone_at_ms == 0)
        told->gone_at_ms = scene->boot_ms;
    if (scene->boot_ms >= told->gone_at_ms + PUSH_GONE_MS)
        cut(told, scene, sink);
}

void
push_step(struct push_told *told, const struct push_scene *scene,
          const struct push_sink *sink)
{
    const struct copy_engine *e = scene->engine;
    const struct state *s = &e->state;
    bool is_here = e->shown != COPY_OFFLINE;
    bool runs = is_here && s->name == STATE_SYNCING;

    if (e->shown == COPY_UNKNOWN)
        return; /* nothing is known about it just now */
    if (!told->is_known)
        note_last(told, s);
    told->is_known = true;
    if (has_finished(told, s))
        finish(told, scene, sink);
    if (told->is_open && !is_here) {
        wait_for(told, scene, sink);
        return;
    }
    told->gone_at_ms = 0;
    if (told->is_open && (!runs || s->run != told->run))
        give_up(told, scene, sink);
    if (runs && !told->is_open && !(told->is_cut && s->run == told->run))
        begin(told, scene, sink, s->run);
    if (runs && told->is_open)
        follow(told, scene, sink);
}

void
push_join(const struct push_told *told, const struct push_scene *scene,
          const struct push_sink *sink)
{
    if (!told->is_open)
        return;
    add(sink, "syncing", 0, texts_get(TEXT_SYNCING, scene->lang));
    if (told->phase[0] != '\0' &&
        strcmp(told->phase, scene->engine->state.phase) == 0)
        add_progress(told, scene, sink);
}

bool
push_told_is_same(const struct push_told *a, const struct push_told *b)
{
    return a->is_known == b->is_known && a->is_open == b->is_open &&
           a->is_cut == b->is_cut && a->run == b->run &&
           a->last_run == b->last_run && a->last_at == b->last_at &&
           a->step == b->step && a->gone_at_ms == b->gone_at_ms &&
           strcmp(a->phase, b->phase) == 0;
}
