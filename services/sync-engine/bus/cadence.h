/*
 * cadence.h - when the bus thread sends (bus.md 5): pure, time is an argument.
 *
 * A change of the state's name goes out at once, other changes at most ten
 * times a second, and something at least once a second.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_CADENCE_H
#define SERVICES_SYNC_ENGINE_BUS_CADENCE_H

#include "proto/state.h"

#include <stdbool.h>
#include <stdint.h>

#define CADENCE_CHANGE_MS 100
#define CADENCE_BEAT_MS   1000

/* What was sent last; {0}: nothing yet. */
struct cadence {
    bool any;
    uint64_t sent_at_ms;
    uint64_t version;
    enum state_name name;
};

/* Is it time to send this version of the state? */
bool cadence_due(const struct cadence *c, uint64_t version,
                 enum state_name name, uint64_t now_ms);

/*
 * How long the loop may sleep when nothing wakes it.  Only names wake it: in
 * a run it looks every CADENCE_CHANGE_MS.
 */
unsigned cadence_wait_ms(const struct cadence *c, uint64_t now_ms);

void cadence_sent(struct cadence *c, uint64_t version, enum state_name name,
                  uint64_t now_ms);

#endif
