/*
 * units.h - bytes, spans and moments as people read them.  Pure, but for the
 * time zone of units_moment().
 */
#ifndef TOOLS_SYNCBUS_UNITS_H
#define TOOLS_SYNCBUS_UNITS_H

#include <stdint.h>

#define UNITS_MAX 40 /* bytes of any of these texts */

/* "512 B", "7.0 MiB" */
void units_bytes(char out[UNITS_MAX], uint64_t bytes);

/* "40 ms", "3 s", "2 min 5 s", "4 h 10 min", "12 d" */
void units_span(char out[UNITS_MAX], uint64_t ms);

/*
 * A moment seen from now: "now", "3 s ago", "5 min ago", "in 20 s"; coarse,
 * one unit.  0 is "never".
 */
void units_distance(char out[UNITS_MAX], uint64_t at_ms, uint64_t now_ms);

/* Local time, "2026-11-24T13:45:01+0100"; "-" for 0. */
void units_moment(char out[UNITS_MAX], uint64_t at_ms);

#endif
