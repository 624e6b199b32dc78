#include "services/sync-engine/run/cancel.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

int
cancel_init(struct cancel *c)
{
    atomic_init(&c->set, false);
    c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return c->fd < 0 ? -errno : 0;
}

void
cancel_clear(struct cancel *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

void
cancel_set(struct cancel *c)
{
    atomic_store(&c->set, true);
    (void)eventfd_write(c->fd, 1);
}

void
cancel_reset(struct cancel *c)
{
    eventfd_t ignored;

    (void)eventfd_read(c->fd, &ignored);
    atomic_store(&c->set, false);
}

int
cancel_wait(const struct cancel *c, unsigned ms)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};

    (void)poll(&p, 1, (int)ms);
    return atomic_load(&c->set) ? -ECANCELED : 0;
}
