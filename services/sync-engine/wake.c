#include "services/sync-engine/wake.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/stop.h"
#include "services/sync-engine/watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLEEP_MAX_MS 60000 /* a clock that jumped is noticed */

void
wake_watch(struct wake *w, const char *workspace)
{
    char *data;

    if (asprintf(&data, "%s/data", workspace) < 0) {
        log_line(LOG_WARN, "watching %s: out of memory", workspace);
        return;
    }
    (void)watch_open(&w->watch, data);
    free(data);
}

/* Take in the edits; a watch with holes is given up. */
static void
note_edits(struct wake *w, watch_own_fn is_own, void *ctx)
{
    int rc;

    if (w->watch == NULL)
        return;
    rc = watch_drain(w->watch, is_own, ctx);
    if (rc == WATCH_EDITED)
        debounce_touch(&w->edits, clock_monotonic_ms());
    if (rc < 0) {
        watch_close(w->watch);
        w->watch = NULL;
    }
}

struct wake_due
wake_due(const struct wake *w)
{
    struct wake_due due = {WAKE_CLOCK, w->next_at_ms};
    uint64_t edits_ms = debounce_due_ms(&w->edits);

    if (w->ordered)
        return (struct wake_due){WAKE_ORDER, 0};
    if (!w->enabled)
        return (struct wake_due){WAKE_OFF, WAKE_NEVER};
    if (!w->automatic)
        return (struct wake_due){WAKE_NOTHING, WAKE_NEVER};
    if (w->failed)
        return due;
    if (edits_ms < due.at_ms)
        due = (struct wake_due){WAKE_EDITS, edits_ms};
    if (w->news_at_ms < due.at_ms)
        due = (struct wake_due){WAKE_NEWS, w->news_at_ms};
    return due;
}

static void
tell(struct wake *w, struct wake_due due)
{
    if (due.at_ms == w->told.at_ms && due.reason == w->told.reason)
        return;
    w->told = due;
    w->hooks.on_due(w->hooks.ctx, due);
}

/* Milliseconds to sleep; 0: run, -1: for ever. */
static int
time_left(struct wake *w, enum wake_reason *why)
{
    uint64_t now_ms = clock_monotonic_ms();
    struct wake_due due;

    w->hooks.look(w->hooks.ctx, w);
    due = wake_due(w);
    *why = due.reason;
    if (due.at_ms <= now_ms)
        return 0;
    tell(w, due);
    if (due.at_ms == WAKE_NEVER)
        return -1;
    return due.at_ms - now_ms > SLEEP_MAX_MS ? SLEEP_MAX_MS
                                             : (int)(due.at_ms - now_ms);
}

bool
wake_wait(struct wake *w, int stop_fd, enum wake_reason *why)
{
    int left_ms;

    while ((left_ms = time_left(w, why)) != 0) {
        struct pollfd fds[] = {{.fd = stop_fd, .events = POLLIN},
                               {.fd = w->hooks.fd, .events = POLLIN},
                               {.fd = watch_fd(w->watch), .events = POLLIN}};

        (void)poll(fds, 3, left_ms);
        if (stop_requested(stop_fd))
            return false;
        note_edits(w, NULL, NULL);
    }
    note_edits(w, NULL, NULL);
    debounce_clear(&w->edits);
    return true;
}

/* ---- what the run itself wrote ---- */

struct own_paths {
    const char **paths; /* sorted; NULL: none, or no memory for them */
    size_t count;
};

static int
compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_own(void *ctx, const char *path)
{
    const struct own_paths *own = ctx;

    return own->count > 0 && bsearch(&path, own->paths, own->count,
                                     sizeof *own->paths, compare_paths) != NULL;
}

static void
collect_own(struct own_paths *own, const struct report *r)
{
    if (r->change_count > 0)
        own->paths = calloc(r->change_count, sizeof *own->paths);
    if (own->paths == NULL) /* one run too many is all that happens */
        return;
    for (size_t i = 0; i < r->change_count; i++) {
        if (r->changes[i].kind != REPORT_SENT)
            own->paths[own->count++] = r->changes[i].path;
    }
    qsort(own->paths, own->count, sizeof *own->paths, compare_paths);
}

void
wake_ran(struct wake *w, const struct report *written, bool failed,
         uint64_t delay_ms)
{
    struct own_paths own = {0};

    w->failed = failed;
    w->next_at_ms = clock_monotonic_ms() + delay_ms;
    w->told = (struct wake_due){WAKE_CLOCK, w->next_at_ms};
    if (w->watch == NULL)
        return;
    collect_own(&own, written);
    note_edits(w, is_own, &own);
    free(own.paths);
}

void
wake_clear(struct wake *w)
{
    watch_close(w->watch);
    *w = (struct wake){0};
}
