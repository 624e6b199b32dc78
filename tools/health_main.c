/*
 * health_main.c - syncbus-health, what a container's health check runs.
 *
 * Without --engine it waits for one beat of the hub: a hub whose loop hangs
 * sends none.  With --engine it asks for a snapshot of that engine alone, the
 * way every subscriber does (subscribing to a topic of its own is the
 * question), and judges the answer.  One answer, one line, one exit code; it
 * writes nothing and commands nobody.
 */
#include "proto/beat.h"
#include "proto/snapshot.h"
#include "services/runtime/clock.h"
#include "services/runtime/endpoint.h"
#include "services/runtime/log.h"
#include "services/runtime/option_man.h"
#include "services/runtime/peer.h"
#include "services/runtime/program.h"
#include "services/runtime/stop.h"
#include "tools/health.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <zmq.h>

#define HEALTH_SICK 1 /* outcome of run, already logged */

struct settings {
    const char *hub, *hub_feed, *engine;
    long wait_ms;
};

static const struct option_row rows[] = {
    {.name = "hub",
     .argument = "ADDRESS",
     .help = "The hub: tcp://HOST or ipc:///DIR",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, hub)},
    {.name = "hub-feed",
     .argument = "ADDRESS",
     .help = "Another address of its feed: tcp://HOST:PORT or ipc:///PATH",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, hub_feed)},
    {.name = "engine",
     .argument = "ID",
     .help = "Ask about this engine, not the hub",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, engine)},
    {.name = "wait",
     .argument = "MS",
     .help = "How long to wait for the answer",
     .fallback = "3000",
     .kind = OPTION_NUMBER,
     .min = 100,
     .max = 60000,
     .offset = offsetof(struct settings, wait_ms)},
};

static const struct option_note exit_status[] = {
    {"0", "It is well; one line says so."},
    {"1", "It is not, or there was no answer; one line says why."},
    {"2", "Wrong usage."},
    {NULL, NULL},
};

static const struct option_note examples[] = {
    {"syncbus-health --hub ipc:///run/syncbus --engine nas.notes",
     "In a container's health check:"},
    {NULL, NULL},
};

static const struct option_note see_also[] = {
    {"syncbus", "1"},
    {"syncbus-aggregator", "8"},
    {NULL, NULL},
};

static const struct option_manual manual = {
    .section = 1,
    .description =
        "Without --engine it waits for one beat of the hub, which a hub that"
        " hangs does not send. With it, it asks the hub for that engine, and"
        " judges whether it is there and moves: an engine whose last sync"
        " failed for a reason it names is well in this sense.",
    .exit_status = exit_status,
    .examples = examples,
    .see_also = see_also,
};

struct health {
    const char *engine; /* NULL: the hub itself */
    long wait_ms;
    int stop_fd;
    char feed[ENDPOINT_MAX];
    void *context, *socket;
    /* What the frames of one message have told so far. */
    bool has_beat, has_state, has_verdict;
    struct state state;
    struct verdict verdict;
};

static int
choose_feed(struct health *h, const struct settings *s)
{
    struct endpoints e = {.feed = ""};
    int rc = s->hub_feed == NULL ? endpoints_init(&e, s->hub) : 0;

    if (rc != 0) {
        log_line(LOG_ERROR,
                 "--hub: \"%s\" is neither tcp://HOST nor ipc:///DIR",
                 s->hub != NULL ? s->hub : "the default");
        return PROGRAM_CONFIG;
    }
    if (s->hub_feed != NULL && !endpoint_is_valid(s->hub_feed)) {
        log_line(LOG_ERROR,
                 "--hub-feed: \"%s\" is neither tcp://HOST:PORT nor"
                 " ipc:///PATH",
                 s->hub_feed);
        return PROGRAM_CONFIG;
    }
    (void)snprintf(h->feed, sizeof h->feed, "%s",
                   s->hub_feed != NULL ? s->hub_feed : e.feed);
    return 0;
}

/* The topic whose messages answer the question. */
static int
format_question(char out[TOPIC_MAX], const char *engine)
{
    char nonce[TOPIC_NONCE_MIN + 1], filter[TOPIC_MAX];
    uint64_t random;

    if (engine == NULL)
        return snprintf(out, TOPIC_MAX, "%s", TOPIC_BEATS);
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return -EIO;
    (void)snprintf(nonce, sizeof nonce, "%016llx", (unsigned long long)random);
    (void)topic_format(filter, TOPIC_STATE, engine);
    return topic_format_snapshot(out, nonce, filter);
}

static int
setup(void *self, const void *options, int stop_fd)
{
    struct health *h = self;
    const struct settings *s = options;
    char topic[TOPIC_MAX];
    int len, rc = choose_feed(h, s);

    if (rc != 0)
        return rc;
    if (s->engine != NULL && !topic_is_id(s->engine)) {
        log_line(LOG_ERROR, "--engine: \"%s\" is no id of an engine",
                 s->engine);
        return PROGRAM_CONFIG;
    }
    h->engine = s->engine;
    h->wait_ms = s->wait_ms;
    h->stop_fd = stop_fd;
    len = format_question(topic, h->engine);
    if (len < 0)
        return len;
    h->context = peer_context_new(1);
    if (h->context == NULL)
        return -ENOMEM;
    h->socket = peer_open(h->context, PEER_FEED_READER, 0);
    if (h->socket == NULL ||
        zmq_setsockopt(h->socket, ZMQ_SUBSCRIBE, topic, (size_t)len) != 0)
        return -errno;
    return peer_connect(h->socket, h->feed);
}

static void
take_frame(struct health *h, enum snapshot_frame kind, zmq_msg_t *frame)
{
    const void *data = zmq_msg_data(frame);
    size_t len = zmq_msg_size(frame);
    struct beat beat;

    switch (kind) {
    case SNAPSHOT_HEADER:
        h->has_beat = beat_decode(&beat, data, len) == 0;
        break;
    case SNAPSHOT_STATE:
        h->has_state = state_decode(&h->state, data, len) == 0;
        break;
    case SNAPSHOT_VERDICT:
        h->has_verdict = verdict_decode(&h->verdict, data, len) == 0;
        break;
    case SNAPSHOT_TOPIC:
    case SNAPSHOT_ENGINE:
        break; /* the subscription lets nothing else through */
    }
}

/* Read one message.  A beat and a snapshot begin alike: topic, beat. */
static int
receive(struct health *h)
{
    zmq_msg_t frame;
    bool more = true;

    h->has_beat = h->has_state = h->has_verdict = false;
    for (size_t i = 0; more; i++) {
        (void)zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, h->socket, ZMQ_DONTWAIT) < 0) {
            int error = errno;

            (void)zmq_msg_close(&frame);
            return -error;
        }
        take_frame(h, snapshot_frame(i), &frame);
        more = zmq_msg_more(&frame) != 0;
        (void)zmq_msg_close(&frame);
    }
    return h->has_beat ? 0 : -EBADMSG;
}

static int
judge(const struct health *h)
{
    const char *fault;

    if (h->engine == NULL)
        return 0;
    if (!h->has_state || !h->has_verdict) {
        log_line(LOG_ERROR, "engine %s: the hub at %s does not know it",
                 h->engine, h->feed);
        return HEALTH_SICK;
    }
    fault = health_find_fault(&h->state, &h->verdict);
    if (fault == NULL)
        return 0;
    log_line(LOG_ERROR, "engine %s: %s", h->engine, fault);
    return HEALTH_SICK;
}

static int
run(void *self)
{
    struct health *h = self;
    uint64_t now = clock_monotonic_ms();
    uint64_t deadline = now + (uint64_t)h->wait_ms;
    zmq_pollitem_t items[] = {
        {.fd = h->stop_fd, .events = ZMQ_POLLIN},
        {.socket = h->socket, .events = ZMQ_POLLIN},
    };

    for (; now < deadline; now = clock_monotonic_ms()) {
        int ready = zmq_poll(items, 2, (long)(deadline - now));

        if (ready < 0 && errno != EINTR)
            return -errno;
        if (ready > 0 && items[0].revents != 0 && stop_requested(h->stop_fd))
            return HEALTH_SICK;
        if (ready > 0 && items[1].revents != 0 && receive(h) == 0) {
            int rc = judge(h);

            if (rc == 0)
                puts("healthy");
            return rc;
        }
    }
    log_line(LOG_ERROR, "no answer from the hub at %s within %ld ms", h->feed,
             h->wait_ms);
    return HEALTH_SICK;
}

static void
teardown(void *self)
{
    struct health *h = self;

    peer_close(h->socket);
    peer_context_free(h->context);
}

int
main(int argc, char *argv[])
{
    struct settings settings = {.hub = NULL};
    struct health health = {.stop_fd = -1};
    const struct program program = {
        .table = {.program = "syncbus-health",
                  .purpose = "Say whether the hub, or an engine, is well:"
                             " exit 0 or 1.",
                  .rows = rows,
                  .count = sizeof rows / sizeof *rows,
                  .manual = &manual},
        .options = &settings,
        .self = &health,
        .setup = setup,
        .run = run,
        .teardown = teardown,
    };

    return program_main(&program, argc, argv);
}
