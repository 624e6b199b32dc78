#include "services/sync-engine/orders.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

int
orders_init(struct orders *o, struct cancel *cancel, bool enabled,
            uint64_t last_run)
{
    *o = (struct orders){
        .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .cancel = cancel,
        .desk = {.enabled = enabled, .next = last_run + 1},
    };
    if (o->fd < 0)
        return -errno;
    (void)pthread_mutex_init(&o->mutex, NULL);
    return 0;
}

void
orders_clear(struct orders *o)
{
    if (o->fd < 0)
        return;
    close(o->fd);
    o->fd = -1;
    (void)pthread_mutex_destroy(&o->mutex);
}

void
orders_wake(struct orders *o)
{
    (void)eventfd_write(o->fd, 1);
}

/* With the lock: a run that ended meanwhile is not the one that is meant. */
static void
act(struct orders *o, enum commands_act what)
{
    if (what == COMMANDS_STOP)
        cancel_set(o->cancel);
    if (what == COMMANDS_STOP || what == COMMANDS_WAKE)
        orders_wake(o);
}

struct commands_decision
orders_take(struct orders *o, const struct command *c)
{
    struct commands_decision decision;

    (void)pthread_mutex_lock(&o->mutex);
    decision = commands_decide(&o->desk, c);
    act(o, decision.act);
    (void)pthread_mutex_unlock(&o->mutex);
    return decision;
}

void
orders_switch(struct orders *o, bool enabled)
{
    (void)pthread_mutex_lock(&o->mutex);
    act(o, commands_switch(&o->desk, enabled));
    (void)pthread_mutex_unlock(&o->mutex);
}

struct commands_desk
orders_look(struct orders *o)
{
    struct commands_desk desk;
    eventfd_t ignored;

    (void)eventfd_read(o->fd, &ignored);
    (void)pthread_mutex_lock(&o->mutex);
    desk = o->desk;
    (void)pthread_mutex_unlock(&o->mutex);
    return desk;
}

bool
orders_begin(struct orders *o, struct commands_order *out)
{
    bool begins;

    (void)pthread_mutex_lock(&o->mutex);
    begins = commands_begin(&o->desk, out);
    if (begins)
        cancel_reset(o->cancel);
    (void)pthread_mutex_unlock(&o->mutex);
    return begins;
}

void
orders_end(struct orders *o)
{
    (void)pthread_mutex_lock(&o->mutex);
    commands_end(&o->desk);
    (void)pthread_mutex_unlock(&o->mutex);
}
