#include "services/sync-engine/bus/dealer.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <zmq.h>

#define REPORT_MS 60000

static int
build(struct dealer *d)
{
    d->socket = peer_open(d->context, PEER_CONTROL_CLIENT, 0);
    if (d->socket == NULL ||
        zmq_setsockopt(d->socket, ZMQ_ROUTING_ID, d->id, strlen(d->id)) != 0)
        return -errno;
    return peer_connect(d->socket, d->endpoint);
}

void
dealer_open(struct dealer *d)
{
    int rc;

    dealer_close(d);
    rc = build(d);
    if (rc < 0) {
        dealer_close(d);
        if (log_allowed(&d->failed_at_ms, clock_monotonic_ms(), REPORT_MS)) {
            log_line(LOG_ERROR, "hub %s: %s; nobody can command this engine",
                     d->endpoint, zmq_strerror(-rc));
        }
    }
    link_opened(&d->link, clock_monotonic_ms(), peer_chance());
}

void
dealer_close(struct dealer *d)
{
    peer_close(d->socket);
    d->socket = NULL;
}

bool
dealer_heard(struct dealer *d, const void *request)
{
    link_heard(&d->link, clock_monotonic_ms());
    return request != NULL && d->question[0] != '\0' &&
           memcmp(d->question, request, COMMAND_ID_MAX - 1) == 0;
}

static int
send_part(const struct dealer *d, const void *data, size_t len, int more)
{
    return zmq_send(d->socket, data, len, ZMQ_DONTWAIT | more) < 0 ? -errno : 0;
}

static void
ask(struct dealer *d)
{
    const struct command command = {.minor = COMMAND_MINOR,
                                    .name = COMMAND_RUNS};
    unsigned char random[16], map[COMMAND_WIRE_MAX];
    int n = command_encode(&command, map, sizeof map);

    if (d->socket == NULL || n < 0 ||
        getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return;
    command_format_request_id(d->question, random);
    if (send_part(d, d->id, strlen(d->id), ZMQ_SNDMORE) == 0 &&
        send_part(d, d->question, COMMAND_ID_MAX - 1, ZMQ_SNDMORE) == 0 &&
        send_part(d, map, (size_t)n, 0) == 0)
        link_asked(&d->link);
}

/* With IMMEDIATE nothing can be sent unless somebody is connected. */
static bool
is_connected(const struct dealer *d)
{
    int events = 0;
    size_t len = sizeof events;

    return d->socket != NULL &&
           zmq_getsockopt(d->socket, ZMQ_EVENTS, &events, &len) == 0 &&
           (events & ZMQ_POLLOUT) != 0;
}

void
dealer_mind(struct dealer *d)
{
    link_seen(&d->link, is_connected(d), clock_monotonic_ms());
    switch (link_next(&d->link, clock_monotonic_ms())) {
    case LINK_ASK:
        ask(d);
        break;
    case LINK_REBUILD:
        if (d->link.asked &&
            log_allowed(&d->mute_at_ms, clock_monotonic_ms(), REPORT_MS)) {
            log_line(LOG_WARN,
                     "hub %s does not answer this engine; connecting anew.  If"
                     " this goes on, look for another engine with the id %s",
                     d->endpoint, d->id);
        }
        dealer_open(d);
        break;
    case LINK_WAIT:
        break;
    }
}
