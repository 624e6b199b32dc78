#include "tests/bench/load.h"

#include "proto/snapshot.h"
#include "proto/topic.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"
#include "services/runtime/stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <zmq.h>

static int
subscribe(void *socket, const char *topic)
{
    return zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, strlen(topic)) == 0
               ? 0
               : -errno;
}

static void *
open_reader(struct load *l, bool asks)
{
    void *socket = peer_open(l->context, PEER_FEED_READER, 0);
    char nonce[TOPIC_NONCE_MIN + 1], topic[TOPIC_MAX];
    uint64_t random = 0;
    int rc;

    if (socket == NULL)
        return NULL;
    rc = subscribe(socket, TOPIC_BEATS);
    if (rc == 0)
        rc = subscribe(socket, TOPIC_STATES);
    if (rc == 0 && asks) {
        if (getrandom(&random, sizeof random, 0) < 0)
            rc = -errno;
        (void)snprintf(nonce, sizeof nonce, "%016llx",
                       (unsigned long long)random);
        (void)topic_format_snapshot(topic, nonce, "");
        rc = rc == 0 ? subscribe(socket, topic) : rc;
    }
    if (rc == 0)
        rc = peer_connect(socket, l->settings->feed);
    if (rc == 0)
        return socket;
    peer_close(socket);
    errno = -rc;
    return NULL;
}

/* What a joining subscriber has learnt so far. */
struct roll {
    bool seen[LOAD_ENGINES_MAX];
    size_t count;
};

static void
note(struct roll *roll, const char *topic, size_t len)
{
    struct topic t;
    unsigned i;

    if (topic_parse(&t, topic, len) != 0 || t.kind != TOPIC_STATE ||
        sscanf(t.id, LOAD_NAME, &i) != 1 || /* NOLINT(cert-err34-c): bounded */
        i >= LOAD_ENGINES_MAX || roll->seen[i])
        return;
    roll->seen[i] = true;
    roll->count++;
}

/*
 * Read one message and note the engines it names: its own, or those of a
 * snapshot.  Returns 0 or -errno.
 */
static int
read_message(void *socket, struct roll *roll)
{
    bool is_snapshot = false, more = true;
    zmq_msg_t frame;

    for (size_t i = 0; more; i++) {
        (void)zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, 0) < 0) {
            int error = errno;

            (void)zmq_msg_close(&frame);
            return -error;
        }
        if (i == 0) {
            is_snapshot = zmq_msg_size(&frame) > strlen(TOPIC_SNAPSHOTS) &&
                          memcmp(zmq_msg_data(&frame), TOPIC_SNAPSHOTS,
                                 strlen(TOPIC_SNAPSHOTS)) == 0;
        }
        if (roll != NULL &&
            (is_snapshot ? snapshot_frame(i) == SNAPSHOT_ENGINE : i == 0))
            note(roll, zmq_msg_data(&frame), zmq_msg_size(&frame));
        more = zmq_msg_more(&frame) != 0;
        (void)zmq_msg_close(&frame);
    }
    return 0;
}

static uint64_t
monotonic_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Milliseconds until a new subscriber has every engine; -errno. */
static double
join_once(struct load *l)
{
    static struct roll roll;
    bool asks = strcmp(l->settings->via, "snapshot") == 0;
    uint64_t began = monotonic_us(), waited = 0;
    void *socket = open_reader(l, asks);
    int rc = socket != NULL ? 0 : -errno;

    memset(&roll, 0, sizeof roll);
    if (rc == 0) {
        const int timeout = LOAD_WAIT_MS;

        (void)zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
    }
    while (rc == 0 && roll.count < (size_t)l->settings->engines &&
           waited < (uint64_t)LOAD_WAIT_MS * 1000) {
        rc = read_message(socket, &roll);
        waited = monotonic_us() - began;
    }
    peer_close(socket);
    if (rc == 0 && roll.count < (size_t)l->settings->engines) {
        log_line(LOG_ERROR, "a subscriber knows %zu of %ld engines after %d ms",
                 roll.count, l->settings->engines, LOAD_WAIT_MS);
        rc = -ETIMEDOUT;
    }
    return rc == 0 ? (double)waited / 1000 : rc;
}

int
load_run_join(struct load *l)
{
    for (long i = 0; i < l->settings->times && !stop_requested(l->stop_fd);
         i++) {
        double ms = join_once(l);

        if (ms < 0)
            return (int)ms;
        printf("%.3f\n", ms);
    }
    return 0;
}

int
load_run_reader(struct load *l)
{
    void *socket = open_reader(l, false);
    zmq_pollitem_t items[] = {
        {.fd = l->stop_fd, .events = ZMQ_POLLIN},
        {.socket = socket, .events = ZMQ_POLLIN},
    };
    int rc = socket != NULL ? 0 : -errno;

    log_notice("ready: reader");
    while (rc == 0) {
        if (zmq_poll(items, 2, -1) < 0)
            rc = -errno;
        if (rc == 0 && items[0].revents != 0 && stop_requested(l->stop_fd))
            break;
        if (rc == 0 && items[1].revents != 0)
            rc = read_message(socket, NULL);
    }
    peer_close(socket);
    return rc;
}
