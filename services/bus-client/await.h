/*
 * await.h - wait for a run that an engine promised (the reply to `sync`), by
 * watching the copy until its last finished run is that one or a later one.
 *
 * Threads: any.
 */
#ifndef SERVICES_BUS_CLIENT_AWAIT_H
#define SERVICES_BUS_CLIENT_AWAIT_H

#include "proto/state_last.h"
#include "services/bus-client/mirror.h"

struct await {
    struct mirror *mirror;
    const char *engine;
    uint64_t run;
    uint64_t until_ms; /* of the boot clock */
};

/*
 * Returns 0 and *out: how the newest finished run, which covers that one,
 * ended; -ETIMEDOUT at until_ms; -ENOTCONN when the engine has been offline
 * or unknown for AWAIT_GONE_MS meanwhile; -ESHUTDOWN when the waits of the
 * mirror ended.
 */
#define AWAIT_GONE_MS 10000
int await_run(const struct await *a, struct state_last *out);

#endif
