/*
 * The loop: poll, stop?, read everything there is, judge, act on what the
 * follower says.  What a message means is intake's business.
 */
#include "services/bus-client/feed.h"

#include "services/bus-client/follower.h"
#include "services/bus-client/intake.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>
#include <zmq.h>

#define NONCE_BYTES    8
#define DRAIN_MESSAGES 1000 /* per turn: then judge, whatever still waits */
#define JUDGE_MS       50   /* a look at every engine costs */
#define REPORT_MS      60000
#define BROKEN_WAIT_MS 1000

struct feed {
    struct feed_options opt;
    pthread_t thread;
    bool has_thread;
    int stop_fd; /* eventfd */
    void *context, *socket;
    struct follower follower;
    struct intake intake;
    bool was_up;
    uint64_t judged_at_ms;
    unsigned long long slow_at_ms, broken_at_ms;
};

static struct intake_now
now_of(void)
{
    return (struct intake_now){.boot_ms = clock_boot_ms(),
                               .wall_ms = clock_wall_ms(),
                               .random_value = peer_chance()};
}

static int
subscribe(struct feed *f, int option, const char *topic)
{
    if (zmq_setsockopt(f->socket, option, topic, strlen(topic)) != 0)
        return -errno;
    return 0;
}

/* Ask for a snapshot, under a nonce nobody used before. */
static int
ask(struct feed *f)
{
    unsigned char bytes[NONCE_BYTES];
    char nonce[2 * NONCE_BYTES + 1], topic[TOPIC_MAX];
    int rc = 0;

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return -EIO;
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
    if (f->intake.nonce_topic[0] != '\0')
        rc = subscribe(f, ZMQ_UNSUBSCRIBE, f->intake.nonce_topic);
    (void)topic_format_snapshot(topic, nonce, "");
    intake_expect(&f->intake, topic);
    return rc != 0 ? rc : subscribe(f, ZMQ_SUBSCRIBE, topic);
}

/* A new socket.  The snapshot is asked for last, before connecting. */
static int
open_socket(struct feed *f)
{
    int rc;

    peer_close(f->socket);
    intake_expect(&f->intake, "");
    f->socket = peer_open(f->context, PEER_FEED_READER, 0);
    if (f->socket == NULL)
        return -errno;
    rc = subscribe(f, ZMQ_SUBSCRIBE, TOPIC_BEATS);
    if (rc == 0)
        rc = subscribe(f, ZMQ_SUBSCRIBE, TOPIC_STATES);
    if (rc == 0)
        rc = ask(f);
    if (rc == 0)
        rc = peer_connect(f->socket, f->opt.endpoint);
    follower_start(&f->follower, clock_boot_ms(), peer_chance());
    return rc;
}

/* Frames of one message, read one by one. */
struct reader {
    void *socket;
    zmq_msg_t msg[INTAKE_ROW_FRAMES];
    bool more;
};

static int
read_frame(struct reader *r, size_t slot, struct intake_frame *out)
{
    while (zmq_msg_recv(&r->msg[slot], r->socket, ZMQ_DONTWAIT) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    r->more = zmq_msg_more(&r->msg[slot]) != 0;
    *out = (struct intake_frame){zmq_msg_data(&r->msg[slot]),
                                 zmq_msg_size(&r->msg[slot])};
    return 0;
}

/* Up to three frames.  How many, or -errno. */
static int
read_frames(struct reader *r, struct intake_frame frames[INTAKE_ROW_FRAMES])
{
    int n = 0, rc;

    do {
        rc = read_frame(r, (size_t)n, &frames[n]);
        if (rc != 0)
            return rc;
        n++;
    } while (r->more && n < INTAKE_ROW_FRAMES);
    return n;
}

static void
take_snapshot(struct feed *f, struct reader *r,
              const struct intake_frame *topic)
{
    struct intake_frame frames[INTAKE_ROW_FRAMES] = {*topic};
    struct intake_now now = now_of();
    struct beat head = {0};
    bool wanted;

    if (read_frame(r, 1, &frames[1]) != 0)
        return;
    wanted = intake_begin_part(&f->intake, frames, &head, &now);
    while (r->more && read_frames(r, frames) == INTAKE_ROW_FRAMES) {
        if (wanted)
            intake_row(&f->intake, frames, &now);
    }
    if (wanted)
        intake_end_part(&f->intake, &head, &now);
}

static bool
is_about(const struct intake_frame *topic, const char *prefix)
{
    return topic->len >= strlen(prefix) &&
           memcmp(topic->data, prefix, strlen(prefix)) == 0;
}

/* Read the frames that are left of a message. */
static void
skip_rest(struct reader *r)
{
    struct intake_frame unused;

    while (r->more && read_frame(r, INTAKE_ROW_FRAMES - 1, &unused) == 0)
        continue;
}

/* One message.  Returns 0, -EAGAIN when there is none, or -errno. */
static int
take_message(struct feed *f, struct reader *r)
{
    struct intake_frame frames[INTAKE_ROW_FRAMES] = {{0}};
    struct intake_now now;
    int rc = read_frame(r, 0, &frames[0]);
    size_t n = 1;

    if (rc != 0)
        return rc;
    if (is_about(&frames[0], TOPIC_SNAPSHOTS) && r->more) {
        take_snapshot(f, r, &frames[0]);
        skip_rest(r);
        return 0;
    }
    for (; r->more && n < INTAKE_ROW_FRAMES && rc == 0; n++)
        rc = read_frame(r, n, &frames[n]);
    now = now_of();
    if (rc == 0 && n >= 2 && is_about(&frames[0], TOPIC_BEATS)) {
        intake_beat(&f->intake, &frames[1], &now);
    } else if (rc == 0 && n == INTAKE_ROW_FRAMES) {
        intake_state(&f->intake, frames, &now);
    } else {
        intake_refuse(&f->intake, "a message", &now);
    }
    skip_rest(r);
    return rc;
}

static int
drain(struct feed *f)
{
    struct reader r = {.socket = f->socket};
    int rc = 0;

    for (size_t i = 0; i < INTAKE_ROW_FRAMES; i++)
        (void)zmq_msg_init(&r.msg[i]);
    for (int i = 0; rc == 0 && i < DRAIN_MESSAGES; i++)
        rc = take_message(f, &r);
    for (size_t i = 0; i < INTAKE_ROW_FRAMES; i++)
        (void)zmq_msg_close(&r.msg[i]);
    return rc == -EAGAIN ? 0 : rc;
}

/* Silence changes what is shown, too. */
static void
judge(struct feed *f)
{
    struct copy *copy = mirror_lock(f->opt.mirror);
    bool up;

    copy_judge(copy, clock_boot_ms());
    up = copy->bus_up;
    mirror_unlock(f->opt.mirror);
    if (up != f->was_up) {
        log_line(up ? LOG_INFO : LOG_WARN, "%s: %s", f->opt.endpoint,
                 up ? "the state aggregator is there"
                    : "nothing heard from the state aggregator; everything is"
                      " shown as unknown until it is back");
    }
    f->was_up = up;
}

static int
act(struct feed *f)
{
    switch (follower_next(&f->follower, clock_boot_ms(), peer_chance())) {
    case FOLLOWER_ASK:
        return ask(f);
    case FOLLOWER_REBUILD:
        if (f->follower.is_slow &&
            log_allowed(&f->slow_at_ms, clock_monotonic_ms(), REPORT_MS)) {
            log_line(LOG_WARN,
                     "%s: messages arrive more than %d ms late; starting over",
                     f->opt.endpoint, FOLLOWER_LAG_MS);
        }
        return open_socket(f);
    case FOLLOWER_WAIT:
        break;
    }
    return 0;
}

static int
turn(struct feed *f)
{
    int rc = drain(f);
    uint64_t now_ms = clock_boot_ms();

    if (now_ms >= f->judged_at_ms + JUDGE_MS) {
        f->judged_at_ms = now_ms;
        judge(f);
    }
    return rc != 0 ? rc : act(f);
}

/* One turn of the loop.  Returns 0, or -errno: the socket is of no use. */
static int
poll_once(struct feed *f, bool *stop)
{
    zmq_pollitem_t items[] = {{.fd = f->stop_fd, .events = ZMQ_POLLIN},
                              {.socket = f->socket, .events = ZMQ_POLLIN}};

    if (zmq_poll(items, 2, FOLLOWER_TICK_MS) < 0 && errno != EINTR)
        return -errno;
    *stop = items[0].revents != 0;
    return *stop ? 0 : turn(f);
}

/* Without a socket: say so, wait, and go on judging the copy. */
static void
wait_broken(struct feed *f, int error, bool *stop)
{
    struct pollfd fd = {.fd = f->stop_fd, .events = POLLIN};

    if (log_allowed(&f->broken_at_ms, clock_monotonic_ms(), REPORT_MS)) {
        log_line(LOG_ERROR, "%s: %s; trying again", f->opt.endpoint,
                 zmq_strerror(error));
    }
    *stop = poll(&fd, 1, BROKEN_WAIT_MS) > 0;
    judge(f);
}

static void *
loop(void *self)
{
    struct feed *f = self;
    bool stop = false;
    int rc = open_socket(f);

    while (!stop) {
        if (rc == 0) {
            rc = poll_once(f, &stop);
            continue;
        }
        wait_broken(f, -rc, &stop);
        rc = open_socket(f);
    }
    peer_close(f->socket);
    f->socket = NULL;
    return NULL;
}

static int
start(struct feed *f)
{
    int rc;

    f->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (f->stop_fd < 0)
        return -errno;
    f->context = peer_context_new(1);
    if (f->context == NULL)
        return -errno;
    rc = pthread_create(&f->thread, NULL, loop, f);
    f->has_thread = rc == 0;
    return -rc;
}

int
feed_start(struct feed **out, const struct feed_options *opt)
{
    struct feed *f = calloc(1, sizeof *f);
    int rc;

    *out = NULL;
    if (f == NULL)
        return -ENOMEM;
    f->stop_fd = -1;
    f->opt = *opt;
    f->intake = (struct intake){
        .mirror = opt->mirror, .follower = &f->follower, .name = opt->endpoint};
    rc = start(f);
    if (rc != 0) {
        log_line(LOG_ERROR, "%s: %s", opt->endpoint, zmq_strerror(-rc));
        feed_stop(f);
        return rc;
    }
    *out = f;
    return 0;
}

void
feed_stop(struct feed *f)
{
    uint64_t one = 1;

    if (f == NULL)
        return;
    if (f->has_thread) {
        if (write(f->stop_fd, &one, sizeof one) < 0)
            log_line(LOG_ERROR, "feed: %s", strerrordesc_np(errno));
        (void)pthread_join(f->thread, NULL);
    }
    peer_context_free(f->context);
    if (f->stop_fd >= 0)
        close(f->stop_fd);
    free(f);
}
