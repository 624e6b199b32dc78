#include "tests/bench/load.h"

#include "proto/state.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"
#include "services/runtime/stop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

/* A state as an engine in the middle of an upload sends it. */
static int
encode(struct load *l, size_t i, unsigned char buf[STATE_WIRE_MAX])
{
    uint64_t up = clock_monotonic_ms() - l->started_ms;
    struct state s = {
        .minor = STATE_MINOR,
        .epoch_us = l->epoch_us,
        .instance = (uint32_t)i + 1,
        .seq = ++l->sequence[i],
        .sent_at_ms = clock_wall_ms(),
        .up_ms = up,
        .ttl_ms = STATE_TTL_MS,
        .name = STATE_SYNCING,
        .has = STATE_HAS_PHASE | STATE_HAS_RUN | STATE_HAS_ITEMS |
               STATE_HAS_BYTES | STATE_HAS_PERMILLE | STATE_HAS_ITEM |
               STATE_HAS_PROVIDER | STATE_HAS_CLOUD,
        .run = 1,
        .progress_up_ms = up,
        .items = {l->sequence[i], UINT64_C(1) << 20},
        .bytes = {l->sequence[i] * 65536, UINT64_C(1) << 40},
        .permille = 412,
        .phase = "send-chunks",
        .item = "/20230602092413-m7ciisj/20210325093118-6hb7tpl.sy",
        .provider = "local",
        .cloud = "main",
    };

    return state_encode(&s, buf, STATE_WIRE_MAX);
}

static int
publish(struct load *l, size_t i)
{
    unsigned char buf[STATE_WIRE_MAX];
    char id[TOPIC_ID_MAX], topic[TOPIC_MAX];
    int len = encode(l, i, buf), topic_len;

    if (len < 0)
        return len;
    (void)snprintf(id, sizeof id, LOAD_NAME, (unsigned)i);
    topic_len = topic_format(topic, TOPIC_STATE, id);
    if (zmq_send(l->sockets[i], topic, (size_t)topic_len,
                 ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
        zmq_send(l->sockets[i], buf, (size_t)len, ZMQ_DONTWAIT) < 0)
        return errno == EAGAIN ? 0 : -errno;
    return 0;
}

/* Read what subscribers said; true when one of them subscribed. */
static bool
drain(void *socket)
{
    unsigned char event[256];
    bool subscribed = false;

    while (zmq_recv(socket, event, sizeof event, ZMQ_DONTWAIT) > 0)
        subscribed = subscribed || event[0] == 1;
    return subscribed;
}

static int
open_engines(struct load *l, size_t count)
{
    int rc = 0;

    l->sockets = calloc(count, sizeof *l->sockets);
    l->sequence = calloc(count, sizeof *l->sequence);
    if (l->sockets == NULL || l->sequence == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        l->sockets[i] = peer_open(l->context, PEER_INGEST_ENGINE, 0);
        rc = l->sockets[i] != NULL
                 ? peer_connect(l->sockets[i], l->settings->ingest)
                 : -errno;
    }
    return rc;
}

/* Say the first word of each engine once somebody listens to it. */
static int
introduce(struct load *l, size_t count)
{
    uint64_t deadline = clock_monotonic_ms() + LOAD_WAIT_MS;
    size_t known = 0;

    for (size_t i = 0; known < count; i = (i + 1) % count) {
        if (l->sequence[i] == 0 && drain(l->sockets[i])) {
            int rc = publish(l, i);

            if (rc != 0)
                return rc;
            known++;
        }
        if (i == 0 && clock_monotonic_ms() > deadline) {
            log_line(LOG_ERROR, "%zu of %zu engines were subscribed to", known,
                     count);
            return -ETIMEDOUT;
        }
    }
    return 0;
}

int
load_run_engines(struct load *l)
{
    size_t count = (size_t)l->settings->engines;
    uint64_t per_second = (uint64_t)(l->settings->engines * l->settings->rate);
    const struct timespec tick = {.tv_nsec = 1000000};
    uint64_t began, sent = 0;
    int rc = open_engines(l, count);

    if (rc == 0)
        rc = introduce(l, count);
    if (rc != 0)
        return rc;
    log_notice("ready: engines");
    began = clock_monotonic_ms();
    while (rc == 0 && !stop_requested(l->stop_fd)) {
        uint64_t due = (clock_monotonic_ms() - began) * per_second / 1000;

        for (; rc == 0 && sent < due; sent++) {
            (void)drain(l->sockets[sent % count]);
            rc = publish(l, sent % count);
        }
        (void)nanosleep(&tick, NULL);
    }
    printf("sent %llu states\n", (unsigned long long)sent);
    return rc;
}
