#include "services/sync-engine/schedule.h"

#define MINUTE_MS     UINT64_C(60000)
#define DOUBLINGS_MAX 6 /* 64 minutes: over the hour already */

uint64_t
schedule_delay_ms(uint64_t interval_ms, uint64_t failures)
{
    uint64_t minutes;

    if (failures == 0)
        return interval_ms;
    minutes = UINT64_C(1) << (failures - 1 < DOUBLINGS_MAX ? failures - 1
                                                           : DOUBLINGS_MAX);
    return (minutes < 60 ? minutes : 60) * MINUTE_MS;
}
