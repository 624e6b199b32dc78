/*
 * wake.h - what ends the wait for the next run: the clock, an edit of the
 * workspace, news of another engine, an operator, or the wish to stop.
 *
 * Threads: one; others wake it through hooks.fd.
 */
#ifndef SERVICES_SYNC_ENGINE_WAKE_H
#define SERVICES_SYNC_ENGINE_WAKE_H

#include "services/sync-engine/debounce.h"
#include "services/sync-engine/run/report.h"

#include <stdbool.h>
#include <stdint.h>

struct watch;
struct wake;

#define WAKE_NEVER UINT64_MAX

enum wake_reason {
    WAKE_NOTHING, /* no run is due, ever */
    WAKE_OFF,     /* nor this way: it is switched off */
    WAKE_CLOCK,
    WAKE_EDITS,
    WAKE_NEWS,  /* another engine has synced */
    WAKE_ORDER, /* an operator asked */
};

struct wake_due {
    enum wake_reason reason;
    uint64_t at_ms; /* monotonic; WAKE_NEVER with the first two */
};

/* How others take part; all but ctx are set. */
struct wake_hooks {
    int fd; /* readable: look() has news */
    /* Fill in the four wishes of others, below. */
    void (*look)(void *ctx, struct wake *w);
    /* The next run is due at another time, or for another reason. */
    void (*on_due)(void *ctx, struct wake_due due);
    void *ctx;
};

/* Starts as {0}, with hooks. */
struct wake {
    struct wake_hooks hooks;
    bool automatic;      /* else only an order ends a wait */
    bool failed;         /* the last run did: edits wait for the back-off */
    uint64_t next_at_ms; /* monotonic; 0: at once */
    struct watch *watch; /* NULL: edits wait for the clock */
    struct debounce edits;
    struct wake_due told; /* last, to on_due() */
    /* The wishes of others. */
    bool enabled;
    bool ordered;
    uint64_t news_at_ms; /* WAKE_NEVER: there is none */
};

/* When the next run is due, and why.  Pure. */
struct wake_due wake_due(const struct wake *w);

/*
 * Begin to watch workspace/data.  Without success edits wait for the clock,
 * and one log line says why.
 */
void wake_watch(struct wake *w, const char *workspace);

/*
 * Sleep.  Returns true when it is time to run, and for what: what was edited
 * before is part of that run; false when stop_fd asks to stop.
 */
bool wake_wait(struct wake *w, int stop_fd, enum wake_reason *why);

/*
 * A run has ended, and the next one is due in delay_ms, which everybody was
 * told.  What the run wrote by its report is no edit; what somebody else did
 * meanwhile is.
 */
void wake_ran(struct wake *w, const struct report *written, bool failed,
              uint64_t delay_ms);

/* Release everything. */
void wake_clear(struct wake *w);

#endif
