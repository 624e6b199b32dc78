/*
 * watch.c - `syncbus watch`: bars redrawn in place on a terminal, a line per
 * change elsewhere.  Goes on while the hub is away, and says so.
 */
#include "services/runtime/clock.h"
#include "tools/syncbus/bar.h"
#include "tools/syncbus/command.h"
#include "tools/syncbus/hue.h"
#include "tools/syncbus/job.h"
#include "tools/syncbus/lines.h"
#include "tools/syncbus/manual.h"
#include "tools/syncbus/ranking.h"
#include "tools/syncbus/roster.h"
#include "tools/syncbus/term.h"
#include "tools/syncbus/text.h"
#include "tools/syncbus/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS    100
#define REDRAW_MS  1000  /* spans and distances go on */
#define RESTART_MS 10000 /* how long a restart of the hub is told of */
#define WAIT_MS    2000  /* before a hub that is not there is a hint's worth */

#define FRAME_BYTES 65536 /* written at once: no half frame is seen */

/* The hub, as it was seen last. */
struct hub_memory {
    bool was_up, was_seen;
    uint64_t epoch;
    uint64_t changed_at_ms; /* of the boot clock: up, away or restarted */
};

enum hub_news {
    HUB_SAME,
    HUB_UP,
    HUB_AWAY,
    HUB_BACK,
    HUB_RESTARTED,
};

struct watch {
    struct session *session;
    const struct settings *settings;
    struct roster roster;
    struct hub_memory hub;
    enum hub_news last_news;
    uint64_t started_at_ms;
    /* On a terminal. */
    struct screen screen;
    uint64_t drawn_generation, drawn_at_ms;
    size_t drawn_width, drawn_height;
    /* Elsewhere. */
    struct lines_memory *memory;
    size_t memory_count;
    bool said_waiting;
};

static enum hub_news
look_at_hub(struct hub_memory *h, const struct roster *r)
{
    enum hub_news news = HUB_SAME;

    if (!r->has_snapshot)
        return HUB_SAME;
    if (!h->was_seen) {
        news = r->bus_up ? HUB_UP : HUB_SAME;
    } else if (h->was_up && !r->bus_up) {
        news = HUB_AWAY;
    } else if (r->bus_up && h->epoch != r->hub_epoch) {
        news = HUB_RESTARTED;
    } else if (!h->was_up && r->bus_up) {
        news = HUB_BACK;
    }
    if (news == HUB_SAME)
        return news;
    *h = (struct hub_memory){.was_up = r->bus_up,
                             .was_seen = true,
                             .epoch = r->hub_epoch,
                             .changed_at_ms = r->now_ms};
    return news;
}

/* ---- on a terminal ---- */

static void
draw_line(struct watch *w, enum hue hue, const struct term *t, const char *text)
{
    char cut[BAR_LINE_MAX], line[BAR_LINE_MAX + 32];

    (void)text_cut_end(cut, sizeof cut, text, t->width);
    (void)snprintf(line, sizeof line, "%s%s%s", t->hues ? hue_begin(hue) : "",
                   cut, t->hues && hue != HUE_PLAIN ? HUE_END : "");
    screen_line(&w->screen, line);
}

static void
draw_hub(struct watch *w, const struct term *t)
{
    const struct roster *r = &w->roster;
    const char *address = w->session->hub.feed;
    uint64_t since_ms = r->now_ms - w->hub.changed_at_ms;
    char text[ENDPOINT_MAX + 512], span[UNITS_MAX];

    units_span(span, since_ms);
    if (!w->hub.was_seen) {
        (void)snprintf(text, sizeof text, "waiting for the hub at %s", address);
    } else if (!r->bus_up) {
        (void)snprintf(text, sizeof text,
                       "the hub at %s is away (%s); below is its last word",
                       address, span);
    } else if (w->last_news == HUB_RESTARTED && since_ms < RESTART_MS) {
        (void)snprintf(text, sizeof text, "hub %s: restarted, %zu engine%s",
                       address, r->known, r->known == 1 ? "" : "s");
    } else {
        (void)snprintf(text, sizeof text, "hub %s: %zu engine%s", address,
                       r->known, r->known == 1 ? "" : "s");
    }
    draw_line(w, r->bus_up ? HUE_DIM : HUE_YELLOW, t, text);
    if (!w->hub.was_seen && r->now_ms > w->started_at_ms + WAIT_MS &&
        t->height > 3)
        draw_line(w, HUE_PLAIN, t, session_hint(address));
}

static void
draw_engines(struct watch *w, const struct term *t)
{
    const struct roster *r = &w->roster;
    struct ranking ranking;
    struct bar_frame frame = {
        .width = t->width, .wall_ms = r->wall_ms, .hues = t->hues};
    size_t room = t->height > 2 ? t->height - 2 : 1;

    ranking_make(&ranking, r->engines, r->count, room);
    for (size_t i = 0; i < ranking.count; i++) {
        size_t width = strlen(r->engines[ranking.index[i]].id);

        frame.id_width = width > frame.id_width ? width : frame.id_width;
    }
    for (size_t i = 0; i < ranking.count; i++) {
        char line[BAR_LINE_MAX];

        bar_line(line, &r->engines[ranking.index[i]], &frame);
        screen_line(&w->screen, line);
    }
    if (ranking.rest[0] != '\0')
        draw_line(w, HUE_DIM, t, ranking.rest);
    ranking_clear(&ranking);
}

static void
draw(struct watch *w)
{
    struct term t = term_look(STDOUT_FILENO);
    const struct roster *r = &w->roster;

    if (r->generation == w->drawn_generation && t.width == w->drawn_width &&
        t.height == w->drawn_height && r->now_ms < w->drawn_at_ms + REDRAW_MS)
        return;
    w->drawn_generation = r->generation;
    w->drawn_at_ms = r->now_ms;
    w->drawn_width = t.width;
    w->drawn_height = t.height;
    screen_begin(&w->screen, &t);
    draw_hub(w, &t);
    draw_engines(w, &t);
    screen_end(&w->screen);
}

/* ---- elsewhere ---- */

static void
print_line(const struct watch *w, const char *text)
{
    char moment[UNITS_MAX];

    units_moment(moment, w->roster.wall_ms);
    (void)printf("%s %s\n", moment, text);
}

static void
print_hub(const struct watch *w, enum hub_news news)
{
    static const char *const words[] = {
        [HUB_SAME] = "",
        [HUB_UP] = "is there",
        [HUB_AWAY] = "is away",
        [HUB_BACK] = "is back",
        [HUB_RESTARTED] = "is back, restarted",
    };
    char text[ENDPOINT_MAX + 64];

    if (news == HUB_SAME)
        return;
    (void)snprintf(text, sizeof text, "hub %s %s", w->session->hub.feed,
                   words[news]);
    print_line(w, text);
}

/* The memory of the i-th engine; both are sorted by id. */
static struct lines_memory *
memory_of(struct watch *w, size_t i, const char *id)
{
    struct lines_memory *all = w->memory;

    if (i < w->memory_count && strcmp(all[i].id, id) == 0)
        return &all[i];
    all = realloc(all, (w->memory_count + 1) * sizeof *all);
    if (all == NULL)
        return NULL;
    w->memory = all;
    memmove(all + i + 1, all + i, (w->memory_count - i) * sizeof *all);
    w->memory_count++;
    all[i] = (struct lines_memory){.is_known = false};
    (void)snprintf(all[i].id, sizeof all[i].id, "%s", id);
    return &all[i];
}

static int
print_engines(struct watch *w)
{
    const struct roster *r = &w->roster;
    char line[LINES_MAX];

    for (size_t i = 0; r->bus_up && i < r->count; i++) {
        struct lines_memory *m = memory_of(w, i, r->engines[i].id);

        if (m == NULL)
            return -ENOMEM;
        if (lines_next(line, m, &r->engines[i]))
            print_line(w, line);
    }
    return fflush(stdout) == 0 ? 0 : SESSION_FAILED; /* nobody reads */
}

/* Once, when the hub is not there at the start. */
static void
say_waiting(struct watch *w)
{
    const char *address = w->session->hub.feed;

    if (w->hub.was_seen || w->said_waiting ||
        w->roster.now_ms < w->started_at_ms + WAIT_MS)
        return;
    w->said_waiting = true;
    (void)session_complain(session_hint(address), "waiting for the hub at %s",
                           address);
}

/* ---- both ---- */

static int
look(struct watch *w, bool is_tty)
{
    int rc = roster_take(&w->roster, w->session->mirror, &w->settings->engines);
    enum hub_news news;

    if (rc != 0)
        return rc;
    news = look_at_hub(&w->hub, &w->roster);
    if (news != HUB_SAME)
        w->last_news = news;
    if (is_tty) {
        draw(w);
        return ferror(stdout) != 0 ? SESSION_FAILED : 0;
    }
    print_hub(w, news);
    say_waiting(w);
    return print_engines(w);
}

static int
run(struct session *s, const struct settings *settings)
{
    static char frame[FRAME_BYTES];
    struct watch w = {
        .session = s, .settings = settings, .started_at_ms = clock_boot_ms()};
    bool is_tty = term_look(STDOUT_FILENO).is_tty;
    int rc = command_check_engines(settings);

    if (rc == 0 && is_tty) {
        (void)setvbuf(stdout, frame, _IOFBF, sizeof frame);
        screen_open(&w.screen);
    }
    while (rc == 0) {
        rc = look(&w, is_tty);
        if (rc == 0 && session_sleep(s, LOOK_MS))
            break;
        if (job_look(s->job_fd, &w.screen))
            w.drawn_at_ms = 0;
    }
    screen_close(&w.screen);
    roster_clear(&w.roster);
    free(w.memory);
    return rc;
}

static const struct option_table table = {
    .program = "syncbus watch",
    .purpose = "Show what every engine does, as it happens, until Ctrl-C.",
    .shared = &hub_address_options,
    .operands = &command_engines_row,
    .operand_count = 1,
    .log_level = "error",
    .manual = &manual_watch,
};

const struct command_entry command_watch = {
    .table = &table,
    .needs = HUB_FEED,
    .draws = true,
    .run = run,
};
