/*
 * dealer.h - the engine's end of the control plane: a DEALER that is built
 * anew when it leads nowhere, as link.h says.
 *
 * The question is a command to ourselves: the hub forbids engines to command,
 * and says so at once to whoever holds the place of our id.  One that does not
 * know us as an engine yet passes it on to us, which says as much.
 *
 * Threads: one.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_DEALER_H
#define SERVICES_SYNC_ENGINE_BUS_DEALER_H

#include "proto/command.h"
#include "services/sync-engine/bus/link.h"

#include <stdbool.h>
#include <stddef.h>

/* Starts with the first three set, the rest as {0}. */
struct dealer {
    void *context;
    const char *id;       /* routing id */
    const char *endpoint; /* of the hub */
    void *socket;         /* NULL: none at the moment */
    struct link link;
    char question[COMMAND_ID_MAX];               /* request id of the last */
    unsigned long long failed_at_ms, mute_at_ms; /* logged last */
};

/* Open, or open anew.  A failure is logged and tried again later. */
void dealer_open(struct dealer *d);

/*
 * A message with this request id (COMMAND_ID_MAX - 1 bytes; NULL: without
 * one) came.  True when it was meant for nobody but the dealer.
 */
bool dealer_heard(struct dealer *d, const void *request);

/* Ask and rebuild when it is time; call it every half second. */
void dealer_mind(struct dealer *d);

/* {0} is fine. */
void dealer_close(struct dealer *d);

#endif
