#include "services/sync-engine/bus/link.h"

void
link_opened(struct link *l, uint64_t now_ms, uint32_t random_value)
{
    *l = (struct link){
        .give_up_at_ms =
            now_ms + LINK_CONNECT_MS + random_value % (LINK_JITTER_MS + 1),
    };
}

void
link_seen(struct link *l, bool connected, uint64_t now_ms)
{
    if (connected == l->connected)
        return;
    if (connected) {
        link_heard(l, now_ms);
    } else {
        *l = (struct link){.give_up_at_ms = now_ms + LINK_CONNECT_MS};
    }
}

void
link_asked(struct link *l)
{
    l->asked = true;
}

void
link_heard(struct link *l, uint64_t now_ms)
{
    *l = (struct link){.connected = true, .ask_at_ms = now_ms + LINK_QUIET_MS};
}

enum link_action
link_next(struct link *l, uint64_t now_ms)
{
    if (l->give_up_at_ms != 0 && now_ms >= l->give_up_at_ms)
        return LINK_REBUILD;
    if (!l->connected || l->asked || now_ms < l->ask_at_ms)
        return LINK_WAIT;
    if (l->give_up_at_ms == 0)
        l->give_up_at_ms = now_ms + LINK_ANSWER_MS;
    return LINK_ASK;
}
