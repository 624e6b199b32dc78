/*
 * calls.h - requests that wait for an engine: for its reply to a command, or
 * for the end of a run.  Only so many at once, so that engines that are
 * silent never keep every thread from everybody else.
 *
 * Threads: any.
 */
#ifndef GATEWAY_CALLS_H
#define GATEWAY_CALLS_H

#include "gateway/http/request.h"
#include "services/bus-client/await.h"
#include "services/bus-client/operator.h"

#include <stdatomic.h>

struct calls {
    struct operator_port *control; /* not owned */
    unsigned max;                  /* at once; at least 1 */
    atomic_uint waiting;
};

/* As operator_call(); or -EBUSY. */
int calls_ask(struct calls *c, const char *engine,
              const struct command *command, struct reply *out);

/*
 * As await_run(); or -EBUSY; or -ECONNABORTED soon after the client of r hung
 * up: there is nobody to answer.
 */
int calls_await(struct calls *c, struct await *a, const struct request *r,
                struct state_last *out);

#endif
