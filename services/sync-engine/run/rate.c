#include "services/sync-engine/run/rate.h"

#define WINDOW_MS (RATE_SLOTS * RATE_SLOT_MS)

/* Empty the slots that time has passed since the newest one. */
static void
advance(struct rate *r, uint64_t now_ms)
{
    uint64_t slot = now_ms / RATE_SLOT_MS;

    if (slot >= r->slot + RATE_SLOTS) {
        *r = (struct rate){.slot = slot, .started_at_ms = r->started_at_ms};
        return;
    }
    while (r->slot < slot) {
        r->slot++;
        r->total -= r->bytes[r->slot % RATE_SLOTS];
        r->bytes[r->slot % RATE_SLOTS] = 0;
    }
}

void
rate_add(struct rate *r, uint64_t bytes, uint64_t now_ms)
{
    advance(r, now_ms);
    if (r->started_at_ms == 0)
        r->started_at_ms = now_ms;
    r->bytes[r->slot % RATE_SLOTS] += bytes;
    r->total += bytes;
}

uint64_t
rate_read(struct rate *r, uint64_t now_ms)
{
    uint64_t span_ms;

    advance(r, now_ms);
    span_ms = now_ms - r->started_at_ms;
    /* The newest slot is half full on average. */
    if (span_ms > WINDOW_MS - RATE_SLOT_MS / 2)
        span_ms = WINDOW_MS - RATE_SLOT_MS / 2;
    if (span_ms < RATE_SLOT_MS / 2)
        span_ms = RATE_SLOT_MS / 2;
    return r->total * 1000 / span_ms;
}
