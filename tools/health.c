#include "tools/health.h"

#include <stddef.h>

/* How long the run has shown no progress; 0 when no run is under way. */
static uint64_t
stuck_ms(const struct state *s, const struct verdict *v)
{
    if (s->name != STATE_SYNCING || s->up_ms < s->progress_up_ms)
        return 0;
    return s->up_ms - s->progress_up_ms + v->age_ms;
}

const char *
health_find_fault(const struct state *s, const struct verdict *v)
{
    if (v->live == VERDICT_OFF)
        return "offline";
    if (v->live == VERDICT_DUP)
        return "a second engine has the same id";
    if (stuck_ms(s, v) > HEALTH_STALL_MS)
        return "stalled: its run has made no progress for a minute";
    return NULL;
}
