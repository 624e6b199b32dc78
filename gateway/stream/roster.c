#include "gateway/stream/roster.h"

#include "services/runtime/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Wait for its socket, with or without room to write. */
static int
poll_client(struct roster *r, struct client *c, int what)
{
    struct epoll_event e = {.data.ptr = c, .events = EPOLLRDHUP};

    if (c->kind == CLIENT_SOCKET)
        e.events |= EPOLLIN;
    if (c->out.is_blocked)
        e.events |= EPOLLOUT;
    c->waits_to_write = c->out.is_blocked;
    return epoll_ctl(r->epoll_fd, what, c->fd, &e) == 0 ? 0 : -errno;
}

static void
hang_up(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd); /* which takes it out of the poll set, too */
    c->fd = -1;
}

static void
settle(struct roster *r, struct client *c, int rc)
{
    if (rc == 0 && c->waits_to_write != c->out.is_blocked)
        rc = poll_client(r, c, EPOLL_CTL_MOD);
    if (rc != 0)
        hang_up(c);
}

static void
serve(struct roster *r, struct client *c)
{
    settle(r, c, client_send(c, &r->news, clock_monotonic_ms()));
}

static int
add(struct roster *r, struct client *c)
{
    if (r->open == r->cap) {
        size_t cap = r->cap > 0 ? 2 * r->cap : 64;
        struct client **moved =
            realloc(r->clients, cap * sizeof(struct client *));

        if (moved == NULL)
            return -ENOMEM;
        r->clients = moved;
        r->cap = cap;
    }
    c->place = r->open;
    r->clients[r->open++] = c;
    return 0;
}

void
roster_welcome(struct roster *r, struct client *c)
{
    uint64_t now_ms = clock_monotonic_ms();
    int rc = add(r, c);

    if (rc != 0) {
        inbox_release(r->inbox, c->kind);
        client_free(c);
        return;
    }
    rc = client_start(c, &r->news, now_ms);
    if (rc == 0)
        rc = client_send(c, &r->news, now_ms);
    if (rc == 0)
        rc = poll_client(r, c, EPOLL_CTL_ADD);
    if (rc != 0)
        hang_up(c);
}

void
roster_on_event(struct roster *r, struct client *c, uint32_t events)
{
    int rc = 0;

    if (c->fd < 0)
        return;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        rc = -EPIPE;
    } else if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) {
        rc = client_receive(c, clock_monotonic_ms());
    }
    if (rc == 0)
        rc = client_send(c, &r->news, clock_monotonic_ms());
    settle(r, c, rc);
}

void
roster_restart(struct roster *r)
{
    for (size_t i = 0; i < r->open; i++) {
        if (r->clients[i]->fd >= 0)
            settle(r, r->clients[i], client_restart(r->clients[i]));
    }
}

void
roster_end_sessions(struct roster *r, struct sessions *sessions)
{
    uint64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < r->open; i++) {
        struct client *c = r->clients[i];

        if (c->fd < 0 || c->session == 0 || session_has(sessions, c->session))
            continue;
        c->session = 0; /* said once */
        settle(r, c, client_log_out(c, now_ms));
        if (c->fd >= 0 && !c->out.is_blocked)
            serve(r, c);
    }
}

void
roster_tell_all(struct roster *r)
{
    for (size_t i = 0; i < r->open; i++) {
        struct client *c = r->clients[i];

        if (c->fd >= 0 && !c->out.is_blocked)
            serve(r, c);
    }
}

void
roster_tick(struct roster *r, uint64_t now_ms)
{
    for (size_t i = 0; i < r->open; i++) {
        struct client *c = r->clients[i];

        if (c->fd < 0)
            continue;
        settle(r, c, client_tick(c, now_ms));
        /* It may have asked for a sign of life, or seen time pass. */
        if (c->fd >= 0 && c->kind == CLIENT_SOCKET && !c->out.is_blocked)
            serve(r, c);
    }
}

static void
forget(struct roster *r, struct client *c)
{
    r->clients[c->place] = r->clients[--r->open];
    r->clients[c->place]->place = c->place;
    inbox_release(r->inbox, c->kind);
    client_free(c);
}

void
roster_forget_dead(struct roster *r)
{
    for (size_t i = r->open; i-- > 0;) {
        if (r->clients[i]->fd < 0)
            forget(r, r->clients[i]);
    }
}

void
roster_clear(struct roster *r)
{
    uint64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < r->open; i++) {
        if (r->clients[i]->fd >= 0)
            client_say_goodbye(r->clients[i], &r->news, now_ms);
    }
    while (r->open > 0)
        forget(r, r->clients[0]);
    free(r->clients);
    r->clients = NULL;
    r->cap = 0;
}
