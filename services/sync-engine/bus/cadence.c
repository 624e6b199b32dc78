#include "services/sync-engine/bus/cadence.h"

bool
cadence_due(const struct cadence *c, uint64_t version, enum state_name name,
            uint64_t now_ms)
{
    uint64_t since_ms = now_ms - c->sent_at_ms;

    if (!c->any || name != c->name || since_ms >= CADENCE_BEAT_MS)
        return true;
    return version != c->version && since_ms >= CADENCE_CHANGE_MS;
}

unsigned
cadence_wait_ms(const struct cadence *c, uint64_t now_ms)
{
    uint64_t since_ms = now_ms - c->sent_at_ms;

    if (!c->any || since_ms >= CADENCE_BEAT_MS)
        return 0;
    if (c->name == STATE_SYNCING)
        return CADENCE_CHANGE_MS;
    return (unsigned)(CADENCE_BEAT_MS - since_ms);
}

void
cadence_sent(struct cadence *c, uint64_t version, enum state_name name,
             uint64_t now_ms)
{
    *c = (struct cadence){
        .any = true, .sent_at_ms = now_ms, .version = version, .name = name};
}
