/*
 * identity.h - what a state says of the engine itself, run or no run.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_IDENTITY_H
#define SERVICES_SYNC_ENGINE_BUS_IDENTITY_H

#include "proto/state.h"
#include "services/sync-engine/repo/key.h"
#include "services/sync-engine/state/history.h"

#include <stdbool.h>

struct identity_options {
    const char *id;
    const char *host;
    const char *local_path;
    const char *cloud_name;
    const struct repo_key *key;
    const struct history *history; /* what earlier runs left */
    bool enabled;                  /* runs are switched on */
};

/* Fill a state to start from: idle or disabled, epoch now, new instance. */
void identity_fill(struct state *out, const struct identity_options *opt);

#endif
