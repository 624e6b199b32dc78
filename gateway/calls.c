#include "gateway/calls.h"

#include <errno.h>
#include <stdbool.h>

static bool
enter(struct calls *c)
{
    if (atomic_fetch_add(&c->waiting, 1) < c->max)
        return true;
    atomic_fetch_sub(&c->waiting, 1);
    return false;
}

int
calls_ask(struct calls *c, const char *engine, const struct command *command,
          struct reply *out)
{
    int rc;

    if (!enter(c))
        return -EBUSY;
    rc = operator_call(c->control, engine, command, out);
    atomic_fetch_sub(&c->waiting, 1);
    return rc;
}

int
calls_await(struct calls *c, struct await *a, struct state_last *out)
{
    int rc;

    if (!enter(c))
        return -EBUSY;
    rc = await_run(a, out);
    atomic_fetch_sub(&c->waiting, 1);
    return rc;
}
