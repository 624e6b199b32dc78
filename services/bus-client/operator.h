/*
 * operator.h - commands to engines through the hub (PROTOCOL.md, control):
 * one DEALER socket with a thread of its own, used by any number of callers.
 *
 * Every call ends with exactly one outcome: the engine's reply, the hub's
 * (unreachable, forbidden, bad-request), or ours (timeout) when there is none
 * within COMMAND_TIMEOUT_MS, be it that the engine is silent or the hub away.
 * So a call takes up to 5 s: bound how many threads may be in one.
 *
 * Threads: any.
 */
#ifndef SERVICES_BUS_CLIENT_OPERATOR_H
#define SERVICES_BUS_CLIENT_OPERATOR_H

#include "proto/command.h"
#include "proto/reply.h"

struct operator_port;

struct operator_options {
    const char *endpoint; /* of the hub's control socket; kept until the end */
};

/*
 * Start the thread, whether or not there is a hub.  Returns 0 and *out, which
 * goes to operator_stop(); or -errno, logged.
 */
int operator_start(struct operator_port **out,
                   const struct operator_options *opt);

/*
 * Before the end: every call, under way or to come, returns -ESHUTDOWN at
 * once.  NULL is fine.
 */
void operator_end_calls(struct operator_port *o);

/*
 * The same, and release everything once the last call returned; nobody may
 * call any more then.  NULL is fine.
 */
void operator_stop(struct operator_port *o);

/*
 * Send a command to the engine of that id and wait for the reply, which also
 * carries refusals and the timeout: reply_code_find(out->code).  *out is big
 * (reply.h): keep it off small stacks.
 *
 * Returns 0 and fills *out; or -EINVAL when engine is no valid id, -ENOMEM,
 * -EIO (no random numbers), -ESHUTDOWN, and what is in *out is void.
 */
int operator_call(struct operator_port *o, const char *engine,
                  const struct command *command, struct reply *out);

#endif
