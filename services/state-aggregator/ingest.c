#include "services/state-aggregator/ingest.h"

#include "proto/topic.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define DRAIN_MS  50
#define REPORT_MS 10000

static int
open_socket(struct ingest *i, void *context)
{
    i->socket = peer_open(context, PEER_INGEST_HUB, 0);
    if (i->socket == NULL ||
        zmq_setsockopt(i->socket, ZMQ_SUBSCRIBE, TOPIC_STATES,
                       strlen(TOPIC_STATES)) != 0)
        return -errno;
    return 0;
}

int
ingest_open(struct ingest *i, void *context, const char *endpoint)
{
    int rc = open_socket(i, context);

    (void)snprintf(i->endpoint, sizeof i->endpoint, "%s", endpoint);
    if (rc == 0)
        rc = peer_bind(i->socket, endpoint, &i->lock_fd);
    i->is_bound = rc == 0;
    return rc;
}

void
ingest_close(struct ingest *i)
{
    peer_close(i->socket);
    i->socket = NULL;
    if (i->lock_fd >= 0)
        close(i->lock_fd);
    i->lock_fd = -1;
}

int
ingest_reopen(struct ingest *i, void *context)
{
    int rc;

    peer_close(i->socket);
    i->is_bound = false;
    rc = open_socket(i, context);
    return rc != 0 ? rc : ingest_tick(i);
}

int
ingest_tick(struct ingest *i)
{
    int rc;

    if (i->is_bound)
        return 0;
    rc = peer_rebind(i->socket, i->endpoint);
    if (rc == -EADDRINUSE) {
        /* The closed socket is not gone yet; else somebody took its place. */
        if (log_allowed(&i->waiting_at_ms, clock_boot_ms(), REPORT_MS))
            log_line(LOG_WARN, "waiting for %s to be free", i->endpoint);
        return 0;
    }
    if (rc != 0) {
        log_line(LOG_ERROR, "cannot listen on %s: %s", i->endpoint,
                 zmq_strerror(-rc));
    }
    i->is_bound = rc == 0;
    return rc;
}

/* Read and drop the rest of a multipart message. */
static void
skip_rest(struct ingest *i, zmq_msg_t *frame)
{
    while (zmq_msg_more(frame) != 0) {
        if (zmq_msg_recv(frame, i->socket, 0) < 0 && errno != EINTR)
            return;
    }
}

/* Read one message.  Returns 0; -EAGAIN when there is none; or -errno. */
static int
receive(struct ingest *i, struct cache *c, zmq_msg_t frame[2], uint64_t now_ms)
{
    struct cache_item m;

    if (zmq_msg_recv(&frame[0], i->socket, ZMQ_DONTWAIT) < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    if (zmq_msg_more(&frame[0]) == 0) {
        cache_refuse(c, REFUSAL_FRAMES);
        return 0;
    }
    /* The parts of a message arrive together: this does not block. */
    while (zmq_msg_recv(&frame[1], i->socket, 0) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    if (zmq_msg_more(&frame[1]) != 0) {
        skip_rest(i, &frame[1]);
        cache_refuse(c, REFUSAL_FRAMES);
        return 0;
    }
    m = (struct cache_item){.topic = zmq_msg_data(&frame[0]),
                            .topic_len = zmq_msg_size(&frame[0]),
                            .state = zmq_msg_data(&frame[1]),
                            .state_len = zmq_msg_size(&frame[1])};
    cache_receive(c, &m, now_ms);
    return 0;
}

int
ingest_drain(struct ingest *i, struct cache *c)
{
    uint64_t began_at_ms = clock_boot_ms(), now_ms = began_at_ms;
    zmq_msg_t frame[2];
    int rc = 0;

    (void)zmq_msg_init(&frame[0]);
    (void)zmq_msg_init(&frame[1]);
    while (rc == 0 && now_ms - began_at_ms < DRAIN_MS) {
        rc = receive(i, c, frame, now_ms);
        now_ms = clock_boot_ms();
    }
    (void)zmq_msg_close(&frame[0]);
    (void)zmq_msg_close(&frame[1]);
    return rc == -EAGAIN ? 0 : rc;
}
