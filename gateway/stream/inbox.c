#include "gateway/stream/inbox.h"

#include <errno.h>
#include <sys/eventfd.h>

void
inbox_init(struct inbox *i)
{
    (void)pthread_mutex_init(&i->lock, NULL);
}

void
inbox_clear(struct inbox *i)
{
    (void)pthread_mutex_destroy(&i->lock);
}

bool
inbox_has_room(struct inbox *i)
{
    return atomic_load(i->count[CLIENT_EVENTS]) +
               atomic_load(i->count[CLIENT_SOCKET]) <
           i->max;
}

/* Under the lock: two that come at once must not both take the last place. */
int
inbox_reserve(struct inbox *i, enum client_kind kind)
{
    int rc = 0;

    (void)pthread_mutex_lock(&i->lock);
    if (i->is_closed) {
        rc = -ESHUTDOWN;
    } else if (!inbox_has_room(i)) {
        rc = -EBUSY;
    } else {
        atomic_fetch_add(i->count[kind], 1);
    }
    (void)pthread_mutex_unlock(&i->lock);
    return rc;
}

void
inbox_release(struct inbox *i, enum client_kind kind)
{
    atomic_fetch_sub(i->count[kind], 1);
}

bool
inbox_put(struct inbox *i, struct client *c)
{
    bool is_closed;

    (void)pthread_mutex_lock(&i->lock);
    is_closed = i->is_closed;
    if (!is_closed) {
        c->next = i->first;
        i->first = c;
    }
    (void)pthread_mutex_unlock(&i->lock);
    if (!is_closed)
        (void)eventfd_write(i->wake_fd, 1);
    return !is_closed;
}

struct client *
inbox_take(struct inbox *i)
{
    struct client *c;

    (void)pthread_mutex_lock(&i->lock);
    c = i->first;
    i->first = NULL;
    (void)pthread_mutex_unlock(&i->lock);
    return c;
}

void
inbox_close(struct inbox *i)
{
    struct client *c, *next;

    (void)pthread_mutex_lock(&i->lock);
    i->is_closed = true;
    (void)pthread_mutex_unlock(&i->lock);
    for (c = inbox_take(i); c != NULL; c = next) {
        next = c->next;
        inbox_release(i, c->kind);
        client_free(c);
    }
}
