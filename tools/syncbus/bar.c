#include "tools/syncbus/bar.h"

#include "tools/syncbus/engine_text.h"
#include "tools/syncbus/hue.h"
#include "tools/syncbus/text.h"
#include "tools/syncbus/units.h"

#include <stdio.h>
#include <string.h>

#define STATE_COLUMNS 8 /* "disabled" */
#define ID_COLUMNS    8 /* at least, when there is room for more */
#define BAR_MAX       30
#define BAR_MIN       8
#define DETAIL_MIN    12 /* of the phase, beside a bar */

/* A line under construction. */
struct line {
    char *out;
    size_t used, columns; /* bytes written, columns that are left */
};

static void
put_raw(struct line *l, const char *text)
{
    size_t n = strlen(text);

    if (l->used + n < BAR_LINE_MAX) {
        memcpy(l->out + l->used, text, n + 1);
        l->used += n;
    }
}

/* A safe text, cut to what is left. */
static void
put(struct line *l, const char *text)
{
    char cut[ENGINE_TEXT_MAX + 8];

    l->columns -= text_cut_end(cut, sizeof cut, text, l->columns);
    put_raw(l, cut);
}

/* A safe text in a field of so many columns. */
static void
put_field(struct line *l, const char *text, size_t field)
{
    char cut[ENGINE_TEXT_MAX + 8];
    size_t room = field < l->columns ? field : l->columns;
    size_t used = text_cut_end(cut, sizeof cut, text, room);

    put_raw(l, cut);
    l->columns -= used;
    for (; used < room && l->columns > 0; used++) {
        put_raw(l, " ");
        l->columns--;
    }
}

static void
put_hued(struct line *l, const char *text, size_t field, enum hue hue)
{
    put_raw(l, hue_begin(hue));
    put_field(l, text, field);
    if (hue != HUE_PLAIN)
        put_raw(l, HUE_END);
}

static void
put_bar(struct line *l, const struct copy_engine *e, enum hue hue)
{
    size_t size = l->columns / 3;
    uint64_t permille = e->permille <= 1000 ? e->permille : 1000;
    char bar[BAR_MAX + 1], share[16];

    size = size > BAR_MAX ? BAR_MAX : size;
    if (size >= BAR_MIN) {
        size_t full = (size_t)(size * permille / 1000);

        memset(bar, '#', full);
        memset(bar + full, '-', size - full);
        bar[size] = '\0';
        put(l, "[");
        put_hued(l, bar, size, hue);
        put(l, "] ");
    }
    if ((e->state.has & STATE_HAS_PERMILLE) == 0) {
        put(l, "  ?%  ");
        return;
    }
    (void)snprintf(share, sizeof share, "%3u%%  ", (unsigned)permille / 10);
    put(l, share);
}

/* Speed, the rest of the time. */
static void
put_pace(struct line *l, const struct copy_engine *e)
{
    char unit[UNITS_MAX], text[2 * UNITS_MAX];

    if ((e->state.has & STATE_HAS_RATE) != 0 && e->state.bytes_per_second > 0) {
        units_bytes(unit, e->state.bytes_per_second);
        (void)snprintf(text, sizeof text, "  %s/s", unit);
        put(l, text);
    }
    if (e->eta_seconds != COPY_SECONDS_UNKNOWN &&
        e->eta_seconds < UINT64_MAX / 1000) {
        units_span(unit, e->eta_seconds * 1000);
        (void)snprintf(text, sizeof text, "  %s left", unit);
        put(l, text);
    }
}

static void
put_item(struct line *l, const struct copy_engine *e)
{
    char item[4 * STATE_ITEM_MAX], cut[4 * STATE_ITEM_MAX + 8];

    if (e->state.item[0] == '\0' || l->columns < DETAIL_MIN)
        return;
    put(l, "  ");
    text_safe(item, sizeof item, e->state.item);
    (void)text_cut_start(cut, sizeof cut, item, l->columns);
    put(l, cut);
}

static void
put_running(struct line *l, const struct copy_engine *e, enum hue hue)
{
    char phase[ENGINE_TEXT_MAX];

    put_bar(l, e, hue);
    engine_text_phase(phase, e);
    put(l, phase);
    put_pace(l, e);
    put_item(l, e);
}

static void
put_resting(struct line *l, const struct copy_engine *e, uint64_t wall_ms)
{
    char distance[UNITS_MAX], text[ENGINE_TEXT_MAX];
    const struct code_info *error = engine_text_error(e);

    if (error != NULL) {
        text_safe(text, sizeof text, e->state.last.code);
        put(l, text);
        put(l, ", ");
    }
    units_distance(distance, e->state.synced_at_ms, wall_ms);
    put(l, e->state.synced_at_ms == 0 ? "" : "synced ");
    put(l, e->state.synced_at_ms == 0 ? "never synced" : distance);
    engine_text_next(text, e, wall_ms);
    if (strcmp(text, "-") != 0) {
        put(l, ", next ");
        put(l, text);
    }
    if (error != NULL) {
        put(l, ". ");
        put(l, error->remedy[LANG_EN]);
    }
}

void
bar_line(char out[BAR_LINE_MAX], const struct copy_engine *e,
         const struct bar_frame *frame)
{
    struct line l = {.out = out, .columns = frame->width};
    enum hue hue = frame->hues ? hue_of(e->shown) : HUE_PLAIN;
    char state[ENGINE_TEXT_MAX];
    size_t id_columns = frame->width / 3;

    if (id_columns < ID_COLUMNS)
        id_columns = ID_COLUMNS;
    if (id_columns > frame->id_width)
        id_columns = frame->id_width;
    out[0] = '\0';
    put_field(&l, e->id, id_columns);
    put(&l, "  ");
    engine_text_state(state, e);
    put_hued(&l, state,
             strlen(state) > STATE_COLUMNS ? strlen(state) : STATE_COLUMNS,
             hue);
    put(&l, "  ");
    if (copy_is_syncing(e->shown)) {
        put_running(&l, e, hue);
    } else {
        put_resting(&l, e, frame->wall_ms);
    }
}
