/*
 * The bus thread.
 *
 * Every message is the whole state, so nothing is queued, repeated or
 * acknowledged: when the hub subscribes (again), the present state goes out
 * at once, and that is all the recovery there is.
 */
#include "services/sync-engine/bus/publish.h"

#include "proto/topic.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"
#include "services/sync-engine/bus/cadence.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#define SILENCE_MS 5000 /* without a subscription: rebuild the socket */
#define TICK_MS    1000 /* the watchdog is looked at this often, at least */
#define LINGER_MS  500
#define MEET_MS    100 /* at the end, for a hub that has not subscribed yet */

struct publish {
    struct publish_options opt;
    char topic[TOPIC_MAX];
    void *context;
    pthread_t thread;
    atomic_bool stopping;
    /* The rest belongs to the thread. */
    void *socket;
    bool subscribed; /* a hub listens */
    struct watchdog watchdog;
    struct cadence cadence;
    uint64_t seq;
};

static bool
open_socket(struct publish *p)
{
    int rc;

    p->subscribed = false;
    p->socket = peer_open(p->context, PEER_INGEST_ENGINE, 0);
    rc = p->socket == NULL ? -errno : peer_connect(p->socket, p->opt.endpoint);
    if (rc == 0)
        return true;
    log_line(LOG_ERROR, "hub %s: %s; syncing without the bus", p->opt.endpoint,
             zmq_strerror(-rc));
    peer_close(p->socket);
    p->socket = NULL;
    return false;
}

/* Read subscriptions.  True when somebody asked for the state. */
static bool
drain(struct publish *p)
{
    bool asked = false;
    char frame[1 + TOPIC_MAX];
    int n;

    while ((n = zmq_recv(p->socket, frame, sizeof frame, ZMQ_DONTWAIT)) >= 0) {
        size_t len = (size_t)n - 1;

        /* Longer than our topic: cut or not, it is not about us. */
        if (n < 1 || len > strlen(p->topic) ||
            memcmp(frame + 1, p->topic, len) != 0)
            continue;
        if (!p->subscribed && frame[0] == 1)
            log_line(LOG_INFO, "hub %s listens", p->opt.endpoint);
        p->subscribed = frame[0] == 1;
        asked = asked || p->subscribed;
    }
    return asked;
}

/* Encode; a state with texts that are too long goes out without them. */
static int
encode(struct state *s, void *buf)
{
    int n = state_encode(s, buf, STATE_WIRE_MAX);

    if (n != -ENOBUFS)
        return n;
    s->has &= ~(uint32_t)(STATE_HAS_ITEM | STATE_HAS_MSG);
    s->last.why[0] = '\0';
    return state_encode(s, buf, STATE_WIRE_MAX);
}

static void
send_state(struct publish *p, struct state *s)
{
    unsigned char buf[STATE_WIRE_MAX];
    int n;

    s->seq = ++p->seq;
    s->sent_at_ms = clock_wall_ms();
    n = encode(s, buf);
    if (n < 0) {
        log_line(LOG_ERROR, "state does not encode: %s", zmq_strerror(-n));
        return;
    }
    /* A PUB never blocks: what does not fit is dropped, the next repairs. */
    if (zmq_send(p->socket, p->topic, strlen(p->topic),
                 ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
        (void)zmq_send(p->socket, buf, (size_t)n, ZMQ_DONTWAIT);
}

static void
guard(struct publish *p, uint64_t now_ms)
{
    if (p->subscribed)
        watchdog_heard(&p->watchdog, now_ms);
    if (!watchdog_due(&p->watchdog, now_ms))
        return;
    watchdog_rebuilt(&p->watchdog, now_ms, peer_chance());
    peer_close(p->socket);
    (void)open_socket(p);
}

/* One round: wait, read, judge, send. */
static void
step(struct publish *p)
{
    int wake_fd = progress_wake_fd(p->opt.progress);
    zmq_pollitem_t items[] = {
        {.fd = wake_fd, .events = ZMQ_POLLIN},
        {.socket = p->socket, .events = ZMQ_POLLIN},
    };
    unsigned wait_ms = cadence_wait_ms(&p->cadence, clock_monotonic_ms());
    struct state s;
    eventfd_t ignored;
    bool asked = false;
    uint64_t version;
    uint64_t now_ms;

    (void)zmq_poll(items, p->socket == NULL ? 1 : 2,
                   wait_ms < TICK_MS ? (long)wait_ms : TICK_MS);
    (void)eventfd_read(wake_fd, &ignored);
    if (p->socket != NULL)
        asked = drain(p);
    version = progress_read(p->opt.progress, &s);
    now_ms = clock_monotonic_ms();
    if (asked || cadence_due(&p->cadence, version, s.name, now_ms)) {
        if (p->socket != NULL)
            send_state(p, &s);
        cadence_sent(&p->cadence, version, s.name, now_ms);
    }
    guard(p, now_ms);
}

/* Could a hub be there at all?  A hub that ended took its ipc socket along. */
static bool
may_have_hub(const struct publish *p)
{
    const char *scheme = "ipc://";
    size_t len = strlen(scheme);

    return strncmp(p->opt.endpoint, scheme, len) != 0 ||
           access(p->opt.endpoint + len, F_OK) == 0;
}

/* A run may be shorter than it takes to be introduced to the hub. */
static void
meet_hub(struct publish *p)
{
    zmq_pollitem_t item = {.socket = p->socket, .events = ZMQ_POLLIN};

    if (p->subscribed || !may_have_hub(p))
        return;
    (void)zmq_poll(&item, 1, MEET_MS);
    (void)drain(p);
}

static void
say_bye(struct publish *p)
{
    struct state s;

    meet_hub(p);
    (void)progress_read(p->opt.progress, &s);
    /* The end of the run first: bye says nothing about it to a reader. */
    if (p->subscribed)
        send_state(p, &s);
    s.name = STATE_BYE;
    if (p->subscribed)
        send_state(p, &s);
    peer_close_linger(p->socket, p->subscribed ? LINGER_MS : 0);
    p->socket = NULL;
}

static void *
serve(void *arg)
{
    struct publish *p = arg;

    (void)open_socket(p);
    watchdog_init(&p->watchdog, SILENCE_MS, clock_monotonic_ms());
    while (!atomic_load(&p->stopping))
        step(p);
    if (p->socket != NULL)
        say_bye(p);
    return NULL;
}

int
publish_start(struct publish **out, const struct publish_options *opt)
{
    struct publish *p = calloc(1, sizeof *p);
    int rc = 0;

    *out = NULL;
    if (p == NULL)
        return -ENOMEM;
    p->opt = *opt;
    topic_format(p->topic, TOPIC_STATE, opt->id);
    p->context = peer_context_new(1);
    if (p->context == NULL) {
        rc = -errno;
    } else {
        rc = -pthread_create(&p->thread, NULL, serve, p);
    }
    if (rc < 0) {
        log_line(LOG_ERROR, "cannot start the bus thread: %s",
                 zmq_strerror(-rc));
        peer_context_free(p->context);
        free(p);
        return rc;
    }
    *out = p;
    return 0;
}

void
publish_stop(struct publish *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stopping, true);
    progress_wake(p->opt.progress);
    pthread_join(p->thread, NULL);
    peer_context_free(p->context);
    free(p);
}
