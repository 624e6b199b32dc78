/*
 * clock.h - the three clocks, in the units that are used here.
 *
 * Pure code gets time as an argument; only loops read clocks.
 */
#ifndef SERVICES_RUNTIME_CLOCK_H
#define SERVICES_RUNTIME_CLOCK_H

#include <stdint.h>

uint64_t clock_wall_ms(void);      /* Unix time: display and records */
uint64_t clock_wall_us(void);      /* epochs */
uint64_t clock_monotonic_ms(void); /* CLOCK_MONOTONIC: durations */
uint64_t clock_monotonic_ns(void);
uint64_t clock_boot_ms(void); /* CLOCK_BOOTTIME: leases, counts sleep */

#endif
