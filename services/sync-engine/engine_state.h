/*
 * engine_state.h - what the parts of the engine share; of no use to others.
 *
 * Threads: the main thread's, but for what the run thread reads of it.
 */
#ifndef SERVICES_SYNC_ENGINE_ENGINE_STATE_H
#define SERVICES_SYNC_ENGINE_ENGINE_STATE_H

#include "services/sync-engine/bus/bus.h"
#include "services/sync-engine/engine.h"
#include "services/sync-engine/orders.h"
#include "services/sync-engine/state/history.h"
#include "services/sync-engine/state/journal.h"
#include "services/sync-engine/state/state_dir.h"
#include "services/sync-engine/wake.h"

#include <stdbool.h>
#include <stdint.h>

struct engine {
    struct engine_options opt;
    struct state_dir state_dir;
    struct repo *repo;
    struct bus bus;
    struct orders orders;
    bool switched_on;          /* when the engine started */
    uint64_t switched_on_seen; /* of commands_desk, at the last look */
    enum state_name rest;      /* between runs, when nothing is queued */
    struct history history;
    struct journal journal;
    struct cancel cancel;
    int done_fd; /* an eventfd: the run thread has ended */
    bool sweep;  /* a run was killed or failed: temporary files may be left */
    uint64_t failures;            /* in a row */
    enum run_direction direction; /* of the run under way */
    bool mend;                    /* likewise: see run.h */
    struct wake wake;
    struct run_result result;
    struct report report; /* of the run under way */
};

#endif
