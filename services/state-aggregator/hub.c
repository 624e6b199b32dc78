/*
 * The loop.  Each turn: poll, stop?, move leases if the hub itself slept, read
 * subscriptions and all of the ingest, judge once per tick, tell on what is
 * due, answer snapshots, beat.
 *
 * Nothing here waits on anything but poll: a bound SUB hands its subscription
 * to a new engine only while its thread is inside a zmq call.  And the beat
 * comes from this thread, so that a stuck loop falls silent.
 */
#include "services/state-aggregator/hub.h"

#include "proto/state.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/peer.h"
#include "services/runtime/stop.h"
#include "services/state-aggregator/cache.h"
#include "services/state-aggregator/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <zmq.h>

#define IO_THREADS     2
#define STALL_MS       1000 /* a tick this late: the hub slept */
#define DRAIN_MS       50   /* a flood ends a turn, not the ticks */
#define SUBSCRIPTIONS  4096 /* read per turn */
#define REPORT_MS      60000
#define TWIN_REPORT_MS 10000
#define FEED_HWM_MIN   1000
#define BEAT_TTL_MS    3500

struct hub {
    char id[TOPIC_ID_MAX];
    void *context, *ingest, *feed_socket;
    int ingest_lock, feed_lock;
    int stop_fd; /* not owned */
    struct cache *cache;
    struct feed feed;
    struct beat beat; /* epoch, instance, seq; the rest is filled in */
    uint64_t started_at_ms, tick_at_ms, beat_at_ms;
    uint64_t reported; /* refused messages at the last report */
    unsigned long long reported_at_ms, twin_at_ms;
};

static int
open_socket(void **socket, struct hub *h, enum peer_role role, int hwm)
{
    *socket = peer_open(h->context, role, hwm);
    return *socket != NULL ? 0 : -errno;
}

static int
open_sockets(struct hub *h, const struct hub_options *options)
{
    size_t hwm = 2 * options->max_engines;
    int rc;

    h->context = peer_context_new(IO_THREADS);
    if (h->context == NULL)
        return -errno;
    if (hwm < FEED_HWM_MIN)
        hwm = FEED_HWM_MIN;
    rc = open_socket(&h->ingest, h, PEER_INGEST_HUB, 0);
    if (rc == 0)
        rc = open_socket(&h->feed_socket, h, PEER_FEED_HUB, (int)hwm);
    if (rc == 0 && zmq_setsockopt(h->ingest, ZMQ_SUBSCRIBE, TOPIC_STATES,
                                  strlen(TOPIC_STATES)) != 0)
        rc = -errno;
    /* The feed first: what engines say has somewhere to go. */
    if (rc == 0)
        rc = peer_bind(h->feed_socket, options->listen.feed, &h->feed_lock);
    if (rc == 0)
        rc = peer_bind(h->ingest, options->listen.ingest, &h->ingest_lock);
    return rc;
}

static int
init(struct hub *h, const struct hub_options *options)
{
    struct cache_options cache = {.hub = h->id,
                                  .max_engines = options->max_engines};
    int rc;

    memcpy(h->id, options->id, strnlen(options->id, sizeof h->id - 1));
    h->started_at_ms = clock_boot_ms();
    h->beat = (struct beat){.minor = STATE_MINOR,
                            .epoch_us = clock_wall_us(),
                            .ttl_ms = BEAT_TTL_MS};
    if (getrandom(&h->beat.instance, sizeof h->beat.instance, 0) < 0)
        return -errno;
    cache.hub_epoch = h->beat.epoch_us;
    rc = cache_new(&h->cache, &cache);
    if (rc == 0)
        rc = open_sockets(h, options);
    return rc != 0 ? rc : feed_init(&h->feed, h->feed_socket);
}

int
hub_new(struct hub **out, const struct hub_options *options)
{
    struct hub *h = calloc(1, sizeof *h);
    char ingest[ENDPOINT_MAX], feed[ENDPOINT_MAX];
    int rc;

    *out = NULL;
    if (h == NULL)
        return -ENOMEM;
    h->ingest_lock = h->feed_lock = -1;
    h->stop_fd = options->stop_fd;
    rc = init(h, options);
    if (rc == 0)
        rc = peer_bound_endpoint(h->ingest, ingest, sizeof ingest);
    if (rc == 0)
        rc = peer_bound_endpoint(h->feed_socket, feed, sizeof feed);
    if (rc != 0) {
        hub_free(h);
        return rc;
    }
    notify_ready("ingest %s feed %s", ingest, feed);
    *out = h;
    return 0;
}

void
hub_free(struct hub *h)
{
    if (h == NULL)
        return;
    feed_clear(&h->feed);
    peer_close(h->feed_socket);
    peer_close(h->ingest);
    peer_context_free(h->context);
    /* Only now: another hub may bind as soon as these are gone. */
    if (h->ingest_lock >= 0)
        close(h->ingest_lock);
    if (h->feed_lock >= 0)
        close(h->feed_lock);
    cache_free(h->cache);
    free(h);
}

/* Is there more of the message that was just read? */
static bool
has_more(const zmq_msg_t *frame)
{
    return zmq_msg_more(frame) != 0;
}

/* Read and drop the rest of a multipart message. */
static void
skip_rest(struct hub *h, zmq_msg_t *frame)
{
    while (has_more(frame))
        if (zmq_msg_recv(frame, h->ingest, 0) < 0 && errno != EINTR)
            return;
}

/*
 * Read one message of the ingest.  Returns 0; -EAGAIN when there is none; or
 * -errno.
 */
static int
receive(struct hub *h, zmq_msg_t frame[2], uint64_t now_ms)
{
    struct cache_item m;

    if (zmq_msg_recv(&frame[0], h->ingest, ZMQ_DONTWAIT) < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    if (!has_more(&frame[0])) {
        cache_refuse(h->cache, REFUSAL_FRAMES);
        return 0;
    }
    /* The parts of a message arrive together: this does not block. */
    while (zmq_msg_recv(&frame[1], h->ingest, 0) < 0)
        if (errno != EINTR)
            return -errno;
    if (has_more(&frame[1])) {
        skip_rest(h, &frame[1]);
        cache_refuse(h->cache, REFUSAL_FRAMES);
        return 0;
    }
    m = (struct cache_item){.topic = zmq_msg_data(&frame[0]),
                            .topic_len = zmq_msg_size(&frame[0]),
                            .state = zmq_msg_data(&frame[1]),
                            .state_len = zmq_msg_size(&frame[1])};
    cache_receive(h->cache, &m, now_ms);
    return 0;
}

/* Read the ingest until it is empty, or for DRAIN_MS under a flood. */
static int
drain_ingest(struct hub *h)
{
    uint64_t began_at_ms = clock_boot_ms(), now_ms = began_at_ms;
    zmq_msg_t frame[2];
    int rc = 0;

    (void)zmq_msg_init(&frame[0]);
    (void)zmq_msg_init(&frame[1]);
    while (rc == 0 && now_ms - began_at_ms < DRAIN_MS) {
        rc = receive(h, frame, now_ms);
        now_ms = clock_boot_ms();
    }
    (void)zmq_msg_close(&frame[0]);
    (void)zmq_msg_close(&frame[1]);
    return rc == -EAGAIN ? 0 : rc;
}

/* A second engine with the same id needs a human. */
static void
report_twin(struct hub *h, const struct cache_item *item, uint64_t now_ms)
{
    if (item->verdict.live == VERDICT_DUP &&
        log_allowed(&h->twin_at_ms, now_ms, TWIN_REPORT_MS))
        log_line(LOG_WARN,
                 "%s: two engines use this id; give one of them another",
                 item->topic);
}

static int
relay(struct hub *h, uint64_t now_ms)
{
    struct cache_item item;
    int rc = 0;

    while (rc == 0 && cache_next_relay(h->cache, now_ms, &item)) {
        report_twin(h, &item, now_ms);
        rc = feed_relay(&h->feed, &item);
    }
    return rc;
}

static void
fill_beat(struct hub *h, uint64_t now_ms)
{
    h->beat.sent_at_ms = clock_wall_ms();
    h->beat.up_ms = now_ms - h->started_at_ms;
    cache_count(h->cache, &h->beat);
}

/* What was refused, one line at most per interval. */
static void
report_refused(struct hub *h, uint64_t now_ms)
{
    uint64_t total = 0;

    for (int i = 0; i < REFUSAL_COUNT; i++)
        total += h->beat.drop[i];
    if (total == h->reported ||
        !log_allowed(&h->reported_at_ms, now_ms, REPORT_MS))
        return;
    h->reported = total;
    log_line(LOG_WARN,
             "refused since start: frames %llu topic %llu size %llu message"
             " %llu rate %llu full %llu old %llu twin %llu",
             (unsigned long long)h->beat.drop[REFUSAL_FRAMES],
             (unsigned long long)h->beat.drop[REFUSAL_TOPIC],
             (unsigned long long)h->beat.drop[REFUSAL_SIZE],
             (unsigned long long)h->beat.drop[REFUSAL_MESSAGE],
             (unsigned long long)h->beat.drop[REFUSAL_RATE],
             (unsigned long long)h->beat.drop[REFUSAL_FULL],
             (unsigned long long)h->beat.drop[REFUSAL_OLD],
             (unsigned long long)h->beat.drop[REFUSAL_TWIN]);
}

static int
beat(struct hub *h, uint64_t now_ms)
{
    int rc;

    if (now_ms < h->beat_at_ms)
        return 0;
    /* Keep the rhythm; after a stall, start a new one. */
    h->beat_at_ms += BEAT_PERIOD_MS;
    if (h->beat_at_ms <= now_ms)
        h->beat_at_ms = now_ms + BEAT_PERIOD_MS;
    h->beat.seq++;
    fill_beat(h, now_ms);
    rc = feed_beat(&h->feed, h->id, &h->beat);
    report_refused(h, now_ms);
    return rc;
}

/* Judge, when it is time for it. */
static void
tick(struct hub *h, uint64_t now_ms)
{
    if (now_ms < h->tick_at_ms)
        return;
    h->tick_at_ms = now_ms + HUB_TICK_MS;
    cache_tick(h->cache, now_ms);
    feed_tick(&h->feed);
}

/* Everything that has to be sent. */
static int
tell(struct hub *h, uint64_t now_ms)
{
    int rc = relay(h, now_ms);

    if (rc == 0)
        rc = beat(h, now_ms);
    if (rc == 0 && feed_has_work(&h->feed)) {
        fill_beat(h, now_ms);
        rc = feed_answer(&h->feed, h->cache, &h->beat, now_ms);
    }
    return rc;
}

static int
turn(struct hub *h)
{
    uint64_t now_ms = clock_boot_ms();
    int rc;

    /* Before the ingest: what is read now starts a lease of its own. */
    if (now_ms > h->tick_at_ms + STALL_MS) {
        log_line(LOG_WARN, "the hub slept for %llu ms; leases are extended",
                 (unsigned long long)(now_ms - h->tick_at_ms));
        cache_add_delay(h->cache, now_ms - h->tick_at_ms);
    }
    rc = feed_drain(&h->feed, SUBSCRIPTIONS);
    if (rc >= 0)
        rc = drain_ingest(h);
    if (rc != 0)
        return rc;
    now_ms = clock_boot_ms();
    tick(h, now_ms);
    return tell(h, now_ms);
}

int
hub_run(struct hub *h)
{
    zmq_pollitem_t items[] = {{.socket = h->ingest, .events = ZMQ_POLLIN},
                              {.socket = h->feed_socket, .events = ZMQ_POLLIN},
                              {.fd = h->stop_fd, .events = ZMQ_POLLIN}};
    int rc = 0;

    h->tick_at_ms = h->beat_at_ms = clock_boot_ms();
    while (rc == 0) {
        uint64_t now_ms = clock_boot_ms();
        long wait_ms =
            h->tick_at_ms > now_ms ? (long)(h->tick_at_ms - now_ms) : 0;

        if (zmq_poll(items, 3, wait_ms) < 0 && errno != EINTR)
            return -errno;
        if (items[2].revents != 0 && stop_requested(h->stop_fd))
            return 0;
        rc = turn(h);
    }
    return rc;
}
