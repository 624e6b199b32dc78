/*
 * The loop.  Each turn: poll, stop?, move leases if the hub itself slept, read
 * subscriptions and all of the ingest, judge once per tick, pass commands and
 * replies on, tell on what is due, answer snapshots, beat.
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
#include "services/state-aggregator/exchange.h"
#include "services/state-aggregator/feed.h"
#include "services/state-aggregator/ingest.h"
#include "services/state-aggregator/shed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <zmq.h>

#define IO_THREADS     1    /* one wakes less often than two */
#define STALL_MS       1000 /* a tick this late: the hub slept */
#define STALE_MS       3000 /* this late: the peers' heartbeats gave up */
#define SUBSCRIPTIONS  4096 /* read per turn */
#define BUSY_MESSAGES  20   /* in one tick: then let them gather ... */
#define GATHER_MS      5    /* ... for so long before a turn */
#define REPORT_MS      60000
#define TWIN_REPORT_MS 10000
#define BEAT_TTL_MS    3500

struct hub {
    char id[TOPIC_ID_MAX];
    void *context, *feed_socket;
    struct ingest ingest;
    struct exchange exchange;
    int feed_lock;
    int stop_fd; /* not owned */
    struct cache *cache;
    struct feed feed;
    struct beat beat; /* epoch, instance, seq; the rest is filled in */
    uint64_t started_at_ms, tick_at_ms, beat_at_ms;
    uint64_t taken_at_tick; /* messages, at the last tick */
    bool is_busy;           /* many came in the tick before it */
    uint64_t reported;      /* refused messages at the last report */
    uint64_t shed;          /* connections turned away, likewise */
    unsigned long long reported_at_ms, twin_at_ms, shed_at_ms;
};

static int
open_sockets(struct hub *h, const struct hub_options *options)
{
    /* Connections take what the socket had when it was bound. */
    size_t hwm = 2 * options->max_engines;
    int rc;

    h->context = peer_context_new(IO_THREADS);
    if (h->context == NULL)
        return -errno;
    if (hwm < FEED_HWM_MIN)
        hwm = FEED_HWM_MIN;
    h->feed_socket = peer_open(h->context, PEER_FEED_HUB, (int)hwm);
    if (h->feed_socket == NULL)
        return -errno;
    /* The feed first: what engines say has somewhere to go. */
    rc = peer_bind(h->feed_socket, options->listen.feed, &h->feed_lock);
    if (rc == 0)
        rc = ingest_open(&h->ingest, h->context, options->listen.ingest);
    if (rc == 0 && options->listen.control[0] != '\0') {
        rc = listener_open(&h->exchange.on, h->context, PEER_CONTROL_HUB,
                           options->listen.control);
    }
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
    rc = shed_open();
    if (rc == 0)
        rc = cache_new(&h->cache, &cache);
    if (rc == 0)
        rc = open_sockets(h, options);
    return rc != 0 ? rc : feed_init(&h->feed, h->feed_socket);
}

/* Say what is really bound. */
static int
announce(const struct hub *h)
{
    char ingest[ENDPOINT_MAX], feed[ENDPOINT_MAX], control[ENDPOINT_MAX];
    int rc = peer_bound_endpoint(h->ingest.on.socket, ingest, sizeof ingest);

    if (rc == 0)
        rc = peer_bound_endpoint(h->feed_socket, feed, sizeof feed);
    if (rc == 0 && h->exchange.on.socket == NULL) {
        notify_ready("ingest %s feed %s", ingest, feed);
        return 0;
    }
    if (rc == 0) {
        rc =
            peer_bound_endpoint(h->exchange.on.socket, control, sizeof control);
    }
    if (rc == 0)
        notify_ready("ingest %s feed %s control %s", ingest, feed, control);
    return rc;
}

int
hub_new(struct hub **out, const struct hub_options *options)
{
    struct hub *h = calloc(1, sizeof *h);
    int rc;

    *out = NULL;
    if (h == NULL)
        return -ENOMEM;
    h->feed_lock = h->ingest.on.lock_fd = h->exchange.on.lock_fd = -1;
    h->stop_fd = options->stop_fd;
    rc = init(h, options);
    if (rc == 0)
        rc = announce(h);
    if (rc != 0) {
        hub_free(h);
        return rc;
    }
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
    listener_close(&h->exchange.on);
    listener_close(&h->ingest.on);
    peer_context_free(h->context);
    /* Only now: another hub may bind as soon as it is gone. */
    if (h->feed_lock >= 0)
        close(h->feed_lock);
    cache_free(h->cache);
    free(h);
}

/* A second engine with the same id needs a human. */
static void
report_twin(struct hub *h, const struct cache_item *item, uint64_t now_ms)
{
    if (item->verdict.live == VERDICT_DUP &&
        log_allowed(&h->twin_at_ms, now_ms, TWIN_REPORT_MS)) {
        log_line(LOG_WARN,
                 "engine %.*s: a second one uses this id; give it another",
                 (int)(item->topic_len - strlen(TOPIC_STATES) - 1),
                 item->topic + strlen(TOPIC_STATES));
    }
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

/* What was refused and ignored since the start, once per interval. */
static void
report_refused(struct hub *h, uint64_t now_ms)
{
    uint64_t total = h->feed.ignored + h->feed.overflows;
    char text[512] = "";
    size_t used = 0;

    for (int i = 0; i < REFUSAL_COUNT; i++)
        total += h->beat.drop[i];
    if (total == h->reported ||
        !log_allowed(&h->reported_at_ms, now_ms, REPORT_MS))
        return;
    h->reported = total;
    for (int i = 0; i < REFUSAL_COUNT; i++) {
        if (h->beat.drop[i] == 0 || used >= sizeof text)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, " %s %llu",
                                 refusal_token((enum refusal)i),
                                 (unsigned long long)h->beat.drop[i]);
    }
    log_line(LOG_WARN,
             "refused since the start:%s; subscriptions ignored: %llu;"
             " snapshots not sent: %llu",
             used > 0 ? text : " none", (unsigned long long)h->feed.ignored,
             (unsigned long long)h->feed.overflows);
}

static void
report_shed(struct hub *h, uint64_t now_ms)
{
    uint64_t count = shed_count();

    if (count == h->shed || !log_allowed(&h->shed_at_ms, now_ms, REPORT_MS))
        return;
    h->shed = count;
    log_line(LOG_WARN,
             "no descriptors left: %llu connections turned away since the"
             " start; raise the limit of open files",
             (unsigned long long)count);
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
    report_shed(h, now_ms);
    exchange_report(&h->exchange, now_ms);
    return rc;
}

/* Judge, when it is time for it. */
static int
tick(struct hub *h, uint64_t now_ms)
{
    int rc;

    if (now_ms < h->tick_at_ms)
        return 0;
    h->tick_at_ms = now_ms + HUB_TICK_MS;
    h->is_busy = h->ingest.taken - h->taken_at_tick >= BUSY_MESSAGES;
    h->taken_at_tick = h->ingest.taken;
    cache_tick(h->cache, now_ms);
    feed_tick(&h->feed);
    rc = listener_tick(&h->ingest.on);
    return rc != 0 ? rc : listener_tick(&h->exchange.on);
}

/*
 * Everything that has to be sent.  Snapshots first: behind a burst of relays
 * one could find its subscriber's queue full.
 */
static int
tell(struct hub *h, uint64_t now_ms)
{
    int rc = 0;

    if (feed_has_work(&h->feed)) {
        fill_beat(h, now_ms);
        rc = feed_answer(&h->feed, h->cache, &h->beat, now_ms);
    }
    if (rc == 0)
        rc = relay(h, now_ms);
    return rc != 0 ? rc : beat(h, now_ms);
}

/*
 * The hub itself slept: the engines are not to blame.  If it was for long,
 * they have given their connections up, and what still lies in those is old:
 * a state must not be taken as news, nor a command be carried out when nobody
 * waits for its reply any more.
 */
static int
make_up_for(struct hub *h, uint64_t now_ms)
{
    uint64_t delay_ms = now_ms - h->tick_at_ms;
    int rc = 0;

    h->tick_at_ms = now_ms;
    log_line(LOG_WARN, "the hub slept for %llu ms; leases are extended",
             (unsigned long long)delay_ms);
    cache_add_delay(h->cache, delay_ms);
    if (delay_ms < STALE_MS)
        return 0;
    if (h->exchange.on.socket != NULL)
        rc = listener_reopen(&h->exchange.on, h->context);
    return rc != 0 ? rc : ingest_reopen(&h->ingest, h->context);
}

static int
turn(struct hub *h)
{
    uint64_t now_ms = clock_boot_ms();
    int rc = 0;

    /* Before the ingest: what is read now starts a lease of its own. */
    if (now_ms > h->tick_at_ms + STALL_MS)
        rc = make_up_for(h, now_ms);
    if (rc == 0)
        rc = feed_drain(&h->feed, SUBSCRIPTIONS);
    if (rc >= 0)
        rc = ingest_drain(&h->ingest, h->cache, h->tick_at_ms + STALL_MS);
    if (rc != 0)
        return rc;
    now_ms = clock_boot_ms();
    if (now_ms > h->tick_at_ms + STALL_MS)
        return make_up_for(h, now_ms); /* it slept just now: read again */
    rc = tick(h, now_ms);
    if (rc == 0)
        rc = exchange_drain(&h->exchange, h->cache);
    return rc != 0 ? rc : tell(h, now_ms);
}

/*
 * Wait until there is something to do, at most until the next tick.
 *
 * In a fleet a turn for each message costs more than the message, and asking
 * three sockets whether there is one costs as much again: so messages gather
 * for a moment and the turn finds them.  With few engines each one is told on
 * at once.
 *
 * Returns 0, 1 when asked to stop, or -errno.
 */
static int
wait_for_work(const struct hub *h)
{
    zmq_pollitem_t items[] = {
        {.fd = h->stop_fd, .events = ZMQ_POLLIN},
        {.socket = h->ingest.on.socket, .events = ZMQ_POLLIN},
        {.socket = h->feed_socket, .events = ZMQ_POLLIN},
        {.socket = h->exchange.on.socket, .events = ZMQ_POLLIN}};
    int count = h->exchange.on.socket != NULL ? 4 : 3;
    uint64_t now_ms = clock_boot_ms();
    long wait_ms = h->tick_at_ms > now_ms ? (long)(h->tick_at_ms - now_ms) : 0;

    if (h->is_busy) {
        count = 1;
        wait_ms = wait_ms < GATHER_MS ? wait_ms : GATHER_MS;
    }
    if (zmq_poll(items, count, wait_ms) < 0)
        return errno == EINTR ? 0 : -errno;
    return items[0].revents != 0 && stop_requested(h->stop_fd) ? 1 : 0;
}

int
hub_run(struct hub *h)
{
    int rc = 0;

    h->tick_at_ms = h->beat_at_ms = clock_boot_ms();
    while (rc == 0) {
        rc = wait_for_work(h);
        if (rc == 0)
            rc = turn(h);
    }
    return rc > 0 ? 0 : rc;
}
