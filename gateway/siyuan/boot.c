#include "gateway/siyuan/boot.h"

#define HEARD 5 /* percent: the aggregator is there */

enum boot_state
boot_of(const struct state *s)
{
    if ((s->has & STATE_HAS_COUNTS) == 0)
        return BOOT_NEVER;
    if (s->counts.ok > 0)
        return BOOT_OK;
    return s->counts.failed > 0 ? BOOT_FAILED : BOOT_NEVER;
}

int
boot_percent(const struct copy *c, const struct copy_engine *e)
{
    if (!c->has_snapshot)
        return 0;
    if (e == NULL)
        return HEARD;
    if (e->shown == COPY_QUEUED && boot_of(&e->state) == BOOT_NEVER)
        return BOOT_PERCENT_STARTED;
    if (copy_is_syncing(e->shown) && boot_of(&e->state) == BOOT_NEVER) {
        return BOOT_PERCENT_STARTED +
               (int)(e->permille *
                     (BOOT_PERCENT_DONE - 1 - BOOT_PERCENT_STARTED) /
                     STATE_PERMILLE);
    }
    return BOOT_PERCENT_DONE;
}
