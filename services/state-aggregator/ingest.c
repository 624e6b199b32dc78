#include "services/state-aggregator/ingest.h"

#include "proto/topic.h"
#include "services/runtime/clock.h"
#include "services/runtime/peer.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

#define DRAIN_MS 50

static int
subscribe(struct ingest *i)
{
    return zmq_setsockopt(i->on.socket, ZMQ_SUBSCRIBE, TOPIC_STATES,
                          strlen(TOPIC_STATES)) == 0
               ? 0
               : -errno;
}

int
ingest_open(struct ingest *i, void *context, const char *endpoint)
{
    int rc = listener_open(&i->on, context, PEER_INGEST_HUB, endpoint);

    return rc != 0 ? rc : subscribe(i);
}

int
ingest_reopen(struct ingest *i, void *context)
{
    int rc = listener_reopen(&i->on, context);

    return rc != 0 ? rc : subscribe(i);
}

/* Read and drop the rest of a multipart message. */
static void
skip_rest(struct ingest *i, zmq_msg_t *frame)
{
    while (zmq_msg_more(frame) != 0) {
        if (zmq_msg_recv(frame, i->on.socket, 0) < 0 && errno != EINTR)
            return;
    }
}

/* Read one message.  Returns 0; -EAGAIN when there is none; or -errno. */
static int
receive(struct ingest *i, struct cache *c, zmq_msg_t frame[2], uint64_t now_ms)
{
    struct cache_item m;

    if (zmq_msg_recv(&frame[0], i->on.socket, ZMQ_DONTWAIT) < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    i->taken++;
    if (zmq_msg_more(&frame[0]) == 0) {
        cache_refuse(c, REFUSAL_FRAMES);
        return 0;
    }
    /* The parts of a message arrive together: this does not block. */
    while (zmq_msg_recv(&frame[1], i->on.socket, 0) < 0) {
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
ingest_drain(struct ingest *i, struct cache *c, uint64_t not_after_ms)
{
    uint64_t began_at_ms = clock_boot_ms(), now_ms = began_at_ms;
    zmq_msg_t frame[2];
    int rc = 0;

    /* The clock that tells it is the one messages are marked with. */
    if (now_ms > not_after_ms)
        return 0;
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
