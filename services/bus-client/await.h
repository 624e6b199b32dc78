/*
 * await.h - wait for a run that an engine promised (the reply to `sync`), by
 * watching the copy until its last finished run is that one or a later one.
 *
 * Start with a struct await that has its first members set and zeros in the
 * rest.  To look after something else meanwhile, wait in slices: call again
 * after -ETIMEDOUT, with a later until_ms.
 *
 * Threads: one at a time per struct await.
 */
#ifndef SERVICES_BUS_CLIENT_AWAIT_H
#define SERVICES_BUS_CLIENT_AWAIT_H

#include "proto/state_last.h"
#include "services/bus-client/mirror.h"

#include <stdbool.h>
#include <stdint.h>

#define AWAIT_GONE_MS 10000

struct await {
    struct mirror *mirror;
    const char *engine;
    uint64_t run;
    uint64_t until_ms; /* of the boot clock */
    /* Its own: */
    bool has_session, is_hopeless;
    uint64_t epoch_us, hopeless_since_ms;
    uint32_t instance;
};

/*
 * Returns 0 and *out: how the newest finished run, which covers that one,
 * ended; -ETIMEDOUT at until_ms; -ENOTCONN when for AWAIT_GONE_MS there was no
 * hope for that run: the engine offline, unknown or disabled, or started anew
 * and at rest; -ESHUTDOWN when the waits of the mirror ended.  *out is left
 * alone unless 0.
 */
int await_run(struct await *a, struct state_last *out);

/*
 * The same for one look at the copy, which is locked; pure.  -EAGAIN: go on
 * waiting.
 */
int await_look(struct await *a, const struct copy *c, uint64_t now_ms,
               struct state_last *out);

#endif
