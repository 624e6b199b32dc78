#include "services/sync-engine/debounce.h"

void
debounce_touch(struct debounce *d, uint64_t now_ms)
{
    if (!d->waiting)
        d->first_ms = now_ms;
    d->waiting = true;
    d->last_ms = now_ms;
}

uint64_t
debounce_due_ms(const struct debounce *d)
{
    uint64_t quiet_ms = d->last_ms + DEBOUNCE_QUIET_MS;
    uint64_t bound_ms = d->first_ms + DEBOUNCE_MAX_MS;

    if (!d->waiting)
        return DEBOUNCE_NEVER;
    return quiet_ms < bound_ms ? quiet_ms : bound_ms;
}

void
debounce_clear(struct debounce *d)
{
    *d = (struct debounce){0};
}
