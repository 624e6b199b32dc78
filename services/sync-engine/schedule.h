/*
 * schedule.h - how long to wait for the next run.  Pure.
 */
#ifndef SERVICES_SYNC_ENGINE_SCHEDULE_H
#define SERVICES_SYNC_ENGINE_SCHEDULE_H

#include <stdint.h>

/*
 * Milliseconds to the next run: the interval after a success, after failures
 * in a row 1, 2, 4 ... 60 minutes.
 */
uint64_t schedule_delay_ms(uint64_t interval_ms, uint64_t failures);

#endif
