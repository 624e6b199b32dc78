#include "tools/syncbus/lines.h"

#include "tools/syncbus/engine_text.h"

#include <stdio.h>
#include <string.h>

static struct lines_memory
remember(const struct copy_engine *e)
{
    struct lines_memory m = {.is_known = true,
                             .shown = e->shown,
                             .live = e->verdict.live,
                             .epoch_us = e->state.epoch_us,
                             .run = e->state.run};

    memcpy(m.id, e->id, sizeof m.id);
    if ((e->state.has & STATE_HAS_LAST) != 0) {
        m.last_run = e->state.last.run;
        m.last_at_ms = e->state.last.at_ms;
    }
    if (copy_is_syncing(e->shown))
        memcpy(m.phase, e->state.phase, sizeof m.phase);
    return m;
}

static bool
is_same_end(const struct lines_memory *a, const struct lines_memory *b)
{
    return a->last_run == b->last_run && a->last_at_ms == b->last_at_ms;
}

/* What an engine that rests has to say. */
static void
describe_rest(char out[ENGINE_TEXT_MAX], const struct lines_memory *before,
              const struct lines_memory *now, const struct copy_engine *e)
{
    char run[ENGINE_TEXT_MAX];

    out[0] = '\0';
    if ((e->state.has & STATE_HAS_LAST) == 0 ||
        (before->is_known && is_same_end(before, now)))
        return;
    engine_text_run(run, &e->state.last);
    (void)snprintf(out, ENGINE_TEXT_MAX, "run %llu %.1900s",
                   (unsigned long long)e->state.last.run, run);
}

bool
lines_next(char out[LINES_MAX], struct lines_memory *m,
           const struct copy_engine *e)
{
    struct lines_memory before = *m, now = remember(e);
    char state[ENGINE_TEXT_MAX], more[ENGINE_TEXT_MAX] = "";

    if (before.is_known && before.shown == now.shown &&
        before.live == now.live && before.epoch_us == now.epoch_us &&
        before.run == now.run && is_same_end(&before, &now) &&
        strcmp(before.phase, now.phase) == 0)
        return false;
    *m = now;
    engine_text_state(state, e);
    if (copy_is_syncing(e->shown)) {
        char progress[ENGINE_TEXT_MAX];

        engine_text_progress(progress, e);
        (void)snprintf(more, sizeof more, "run %llu: %.1900s",
                       (unsigned long long)e->state.run, progress);
    } else {
        describe_rest(more, &before, &now, e);
    }
    (void)snprintf(out, LINES_MAX, "%s %.64s%s%s", e->id, state,
                   more[0] != '\0' ? ": " : "", more);
    return true;
}
