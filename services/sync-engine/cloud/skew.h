/*
 * skew.h - is a clock wrong?  Whose it is nobody can say: the other device's
 * or ours.  What depends on it: the cloud lock, which of two versions is too
 * old to win, which snapshot readers take for the newer one.
 *
 * Times are wall clock, ms since 1970.  All functions are pure.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_SKEW_H
#define SERVICES_SYNC_ENGINE_CLOUD_SKEW_H

#include "services/sync-engine/cloud/fault.h"

#include <stdbool.h>
#include <stdint.h>

#define SKEW_OLDEST_MS    INT64_C(1672531200000) /* 2023: no clock says less */
#define SKEW_TOLERATED_MS INT64_C(420000) /* as old as an edit may be (6.5) */

/*
 * Can it be that late?  A machine without a battery says 1970 until it has
 * asked somebody; what it writes then would lose against everything.
 *
 * Returns 0, or a negative value with *f filled (CODE_CLOCK_SKEW).
 */
int skew_check_now(uint64_t now_ms, struct fault *f);

/* Was it made so far in the future that two clocks disagree? */
bool skew_is_ahead(uint64_t now_ms, int64_t made_ms);

#endif
