#include "gateway/calls.h"

#include "gateway/http/hangup.h"
#include "gateway/http/peer_socket.h"
#include "services/runtime/clock.h"

#include <errno.h>
#include <stdbool.h>

#define SLICE_MS 500 /* how soon a client that hung up is noticed */

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

/* Look at the client, too, every now and then. */
static int
await_both(struct await *a, const struct request *r, struct state_last *out)
{
    uint64_t until_ms = a->until_ms;
    int fd = peer_socket_find(r->conn), rc;

    do {
        uint64_t now_ms = clock_boot_ms();

        if (hangup_is(fd))
            return -ECONNABORTED;
        a->until_ms =
            now_ms + SLICE_MS < until_ms ? now_ms + SLICE_MS : until_ms;
        rc = await_run(a, out);
    } while (rc == -ETIMEDOUT && a->until_ms < until_ms);
    return rc;
}

int
calls_await(struct calls *c, struct await *a, const struct request *r,
            struct state_last *out)
{
    int rc;

    if (!enter(c))
        return -EBUSY;
    rc = await_both(a, r, out);
    atomic_fetch_sub(&c->waiting, 1);
    return rc;
}
