#include "gateway/stream/client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_MAX 4096 /* bytes of one look */

static struct client *
client_new(enum client_kind kind)
{
    struct client *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->kind = kind;
    c->fd = -1;
    return c;
}

struct client *
client_new_events(const struct filter *filter, const char *last_id)
{
    struct client *c = client_new(CLIENT_EVENTS);

    if (c == NULL)
        return NULL;
    (void)snprintf(c->last_id, sizeof c->last_id, "%s", last_id);
    if (filter->count == 0)
        return c;
    c->filter = malloc(sizeof *c->filter);
    if (c->filter == NULL) {
        client_free(c);
        return NULL;
    }
    *c->filter = *filter;
    return c;
}

struct client *
client_new_socket(struct shared_text *accept, bool is_told, const char *engine)
{
    struct client *c = client_new(CLIENT_SOCKET);

    if (c == NULL) {
        shared_text_drop(accept);
        return NULL;
    }
    c->accept = accept;
    c->socket = calloc(1, sizeof *c->socket);
    if (c->socket == NULL) {
        client_free(c);
        return NULL;
    }
    c->socket->is_told = is_told;
    (void)snprintf(c->socket->engine, sizeof c->socket->engine, "%s", engine);
    return c;
}

void
client_free(struct client *c)
{
    if (c == NULL)
        return;
    if (c->socket != NULL)
        ws_client_clear(c->socket);
    outlet_clear(&c->out);
    shared_text_drop(c->accept);
    free(c->socket);
    free(c->filter);
    if (c->fd >= 0)
        close(c->fd);
    free(c);
}

/*
 * Whoever is not there any more is noticed within a minute; what the kernel
 * holds back for a slow reader is bounded, because it is not the newest.
 */
static void
set_options(int fd)
{
    const int keep = CLIENT_SEND_BYTES, patience = CLIENT_STUCK_MS, on = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &keep, sizeof keep);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience,
                     sizeof patience);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int
client_start(struct client *c, const struct client_news *news, uint64_t now_ms)
{
    struct shared_text *accept = c->accept;
    uint64_t number;

    set_options(c->fd);
    c->out.fd = c->fd;
    if (c->kind == CLIENT_SOCKET) {
        c->accept = NULL;
        return ws_client_start(c->socket, news->watches, accept, now_ms);
    }
    if (events_parse_id(&number, news->events, c->last_id) == 0) {
        cursor_resume(&c->at, news->events, number);
    } else {
        cursor_start(&c->at, news->events);
    }
    return 0;
}

/* ---- events ---- */

/* As many pieces as fit one call.  How many, or -errno. */
static int
collect(const struct client *c, const struct events *events,
        struct piece pieces[OUTLET_PARTS_MAX])
{
    struct cursor at = c->at;
    int n = 0, rc = 1;

    while (n < OUTLET_PARTS_MAX) {
        rc = cursor_next(&at, events, c->filter, &pieces[n]);
        if (rc <= 0)
            break;
        n++;
    }
    return rc < 0 && n == 0 ? rc : n;
}

static int
send_some(struct client *c, const struct events *events, uint64_t now_ms)
{
    struct piece pieces[OUTLET_PARTS_MAX];
    struct outlet_part parts[OUTLET_PARTS_MAX];
    int n = collect(c, events, pieces), begun;

    if (n < 0)
        return n;
    for (int i = 0; i < n; i++) {
        parts[i] = (struct outlet_part){pieces[i].owner, pieces[i].data,
                                        pieces[i].len};
    }
    begun = outlet_send(&c->out, parts, (size_t)n, now_ms);
    if (begun > 0)
        c->at = pieces[begun - 1].after;
    for (int i = 0; i < n; i++)
        shared_text_drop(pieces[i].owner);
    return begun < 0 ? begun : n;
}

static int
send_events(struct client *c, const struct events *events, uint64_t now_ms)
{
    int n;

    if (c->filter != NULL)
        filter_resolve(c->filter, events);
    do {
        n = send_some(c, events, now_ms);
    } while (n == OUTLET_PARTS_MAX && !c->out.is_blocked);
    return n < 0 ? n : 0;
}

/* ---- either kind ---- */

int
client_send(struct client *c, const struct client_news *news, uint64_t now_ms)
{
    if (c->kind == CLIENT_EVENTS)
        return send_events(c, news->events, now_ms);
    return ws_client_send(c->socket, &c->out, now_ms);
}

int
client_restart(struct client *c)
{
    if (c->kind != CLIENT_EVENTS)
        return 0;
    if (c->filter != NULL)
        filter_restart(c->filter);
    return cursor_restart(&c->at) ? 0 : -ESTALE;
}

int
client_log_out(struct client *c, uint64_t now_ms)
{
    if (c->kind == CLIENT_EVENTS)
        return -ECONNRESET;
    ws_client_log_out(c->socket, now_ms);
    return 0;
}

int
client_receive(struct client *c, uint64_t now_ms)
{
    char bytes[READ_MAX];
    ssize_t n;

    /* A reader of events has nothing to say: it must have hung up. */
    if (c->kind == CLIENT_EVENTS)
        return -EPIPE;
    n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n == 0)
        return -EPIPE;
    return ws_client_receive(c->socket, bytes, (size_t)n, now_ms);
}

int
client_tick(struct client *c, uint64_t now_ms)
{
    if (c->out.is_blocked && now_ms >= c->out.blocked_at_ms + CLIENT_STUCK_MS)
        return -ETIMEDOUT;
    return c->kind == CLIENT_SOCKET ? ws_client_tick(c->socket, now_ms) : 0;
}

void
client_say_goodbye(struct client *c, const struct client_news *news,
                   uint64_t now_ms)
{
    if (c->kind != CLIENT_SOCKET)
        return;
    ws_client_close(c->socket, WS_CODE_GOING_AWAY, now_ms);
    (void)client_send(c, news, now_ms);
}
