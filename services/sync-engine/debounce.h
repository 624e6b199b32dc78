/*
 * debounce.h - when edits ask for a run: once they have been quiet for a
 * moment, and never later than a bound, so that somebody who keeps typing is
 * synced too.  Pure; time is an argument, from any clock that never goes back.
 */
#ifndef SERVICES_SYNC_ENGINE_DEBOUNCE_H
#define SERVICES_SYNC_ENGINE_DEBOUNCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * SiYuan writes a document, its database and its storage within a second of
 * each other; a little more than that makes one run of them.  The bound is the
 * shortest interval: watching is never slower than not watching.
 */
#define DEBOUNCE_QUIET_MS UINT64_C(1200)
#define DEBOUNCE_MAX_MS   UINT64_C(30000)
#define DEBOUNCE_NEVER    UINT64_MAX

/* Starts as {0}: no edit waits. */
struct debounce {
    bool waiting;
    uint64_t first_ms; /* the first edit that waits */
    uint64_t last_ms;  /* the latest one */
};

/* There was an edit at now_ms. */
void debounce_touch(struct debounce *d, uint64_t now_ms);

/* The time a run is due at; DEBOUNCE_NEVER when no edit waits. */
uint64_t debounce_due_ms(const struct debounce *d);

/* A run begins: what waited is part of it. */
void debounce_clear(struct debounce *d);

#endif
