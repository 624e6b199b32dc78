#include "services/sync-engine/cloud/skew.h"

#include <time.h>

int
skew_check_now(uint64_t now_ms, struct fault *f)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm = {0};
    char day[32] = "";

    if (now_ms >= (uint64_t)SKEW_OLDEST_MS)
        return 0;
    if (gmtime_r(&seconds, &tm) != NULL)
        (void)strftime(day, sizeof day, "%Y-%m-%d", &tm);
    return fault_set(f, CODE_CLOCK_SKEW, "this machine says that it is %s",
                     day);
}

bool
skew_is_ahead(uint64_t now_ms, int64_t made_ms)
{
    return made_ms - SKEW_TOLERATED_MS > (int64_t)now_ms;
}
