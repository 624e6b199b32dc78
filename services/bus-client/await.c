#include "services/bus-client/await.h"

#include "services/runtime/clock.h"

#include <errno.h>
#include <time.h>

/*
 * Between two looks.  On a busy bus something changes every millisecond, and
 * each change would wake everybody who waits.
 */
#define PAUSE_MS 20

/* Is this the process that gave the promise, as far as we have seen? */
static bool
is_same_session(struct await *a, const struct state *s)
{
    if (!a->has_session) {
        a->has_session = true;
        a->epoch_us = s->epoch_us;
        a->instance = s->instance;
    }
    return a->epoch_us == s->epoch_us && a->instance == s->instance;
}

/* An engine that started anew has forgotten what it promised. */
static bool
is_hopeless(struct await *a, const struct copy_engine *e)
{
    if (e == NULL || e->shown == COPY_OFFLINE || e->shown == COPY_UNKNOWN ||
        e->shown == COPY_DISABLED)
        return true;
    return !is_same_session(a, &e->state) && e->shown != COPY_QUEUED &&
           !copy_is_syncing(e->shown);
}

int
await_look(struct await *a, const struct copy *c, uint64_t now_ms,
           struct state_last *out)
{
    const struct copy_engine *e = copy_find(c, a->engine);
    bool hopeless;

    if (e != NULL && (e->state.has & STATE_HAS_LAST) != 0 &&
        e->state.last.run >= a->run) {
        *out = e->state.last;
        return 0;
    }
    hopeless = is_hopeless(a, e);
    if (hopeless && !a->is_hopeless)
        a->hopeless_since_ms = now_ms;
    a->is_hopeless = hopeless;
    if (hopeless && now_ms >= a->hopeless_since_ms + AWAIT_GONE_MS)
        return -ENOTCONN;
    return now_ms >= a->until_ms ? -ETIMEDOUT : -EAGAIN;
}

/* When to look again if nothing changes. */
static uint64_t
next_look(const struct await *a)
{
    uint64_t gone_at_ms = a->hopeless_since_ms + AWAIT_GONE_MS;

    return a->is_hopeless && gone_at_ms < a->until_ms ? gone_at_ms
                                                      : a->until_ms;
}

int
await_run(struct await *a, struct state_last *out)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    for (;;) {
        const struct copy *c = mirror_lock(a->mirror);
        uint64_t seen = c->generation;
        int rc = await_look(a, c, clock_boot_ms(), out);

        mirror_unlock(a->mirror);
        if (rc != -EAGAIN)
            return rc;
        if (mirror_wait(a->mirror, seen, next_look(a)) == 0)
            return -ESHUTDOWN;
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
}
