/*
 * The loop: wait for a change, a new client, room in a socket; look what
 * changed; send to everybody who can take it.
 *
 * After a round, the next one begins no sooner than the round took: under a
 * storm of changes this thread uses half a core at most, and what changes
 * meanwhile goes out together.
 */
#include "gateway/stream/streams.h"

#include "gateway/stream/gather.h"
#include "gateway/stream/inbox.h"
#include "gateway/stream/roster.h"
#include "gateway/stream/takeover.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define BEAT_MS    15000
#define TICK_MS    1000
#define EVENTS_MAX 64
#define REPORT_MS  60000

struct streams {
    struct streams_options opt;
    pthread_t thread;
    bool has_thread;
    int epoll_fd, wake_fd, mirror_fd, dead_fd;
    atomic_bool is_stopping;
    struct inbox inbox;
    /* Of the thread: */
    struct roster roster;
    struct gather *gather;
    struct events events;
    struct watches watches;
    bool has_news;        /* the mirror changed */
    bool has_newcomers;   /* whose session may have ended on the way */
    unsigned ends_seen;   /* of sessions */
    uint64_t round_at_us; /* no round before */
    uint64_t beat_at_ms, tick_at_ms;
    unsigned long long broken_at_ms; /* logged */
};

static uint64_t
monotonic_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---- the loop ---- */

static void
make_round(struct streams *s)
{
    uint64_t began = monotonic_us(), newest = s->events.newest_number;
    uint64_t beats = s->events.beats, sweeps = s->events.sweeps, ended;

    s->has_news = false;
    if (gather_run(s->gather, &s->events) != 0 &&
        log_allowed(&s->broken_at_ms, clock_monotonic_ms(), REPORT_MS))
        log_line(LOG_ERROR, "streams: out of memory; events are missing");
    if (sweeps != s->events.sweeps)
        roster_restart(&s->roster);
    watches_look(&s->watches);
    if (newest != s->events.newest_number || beats != s->events.beats ||
        sweeps != s->events.sweeps || s->watches.first != NULL)
        roster_tell_all(&s->roster);
    ended = monotonic_us();
    s->round_at_us = ended + (ended - began);
}

/* With nobody there, nothing was looked at: the first of them wants it all. */
static void
empty_inbox(struct streams *s)
{
    struct client *c = inbox_take(&s->inbox), *next;

    if (c != NULL && s->roster.open == 0 && s->has_news)
        make_round(s);
    for (; c != NULL; c = next) {
        next = c->next;
        roster_welcome(&s->roster, c);
        s->has_newcomers = true;
    }
}

static void
look_at_sessions(struct streams *s)
{
    unsigned ends = atomic_load(&s->opt.sessions->ends);

    if (ends == s->ends_seen && !s->has_newcomers)
        return;
    s->ends_seen = ends;
    s->has_newcomers = false;
    roster_end_sessions(&s->roster, s->opt.sessions);
}

static bool
wants_round(const struct streams *s)
{
    return s->has_news && s->roster.open > 0;
}

static void
make_beat(struct streams *s)
{
    if (s->events.is_bus_up)
        s->events.as_of_ms = clock_wall_ms();
    if (events_beat(&s->events) == 0)
        roster_tell_all(&s->roster);
}

static void
do_what_is_due(struct streams *s)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (wants_round(s) && monotonic_us() >= s->round_at_us)
        make_round(s);
    if (now_ms >= s->beat_at_ms) {
        s->beat_at_ms = now_ms + BEAT_MS;
        make_beat(s);
    }
    if (now_ms >= s->tick_at_ms) {
        s->tick_at_ms = now_ms + TICK_MS;
        watches_look(&s->watches);
        roster_tick(&s->roster, now_ms);
    }
}

static int
wait_ms(const struct streams *s)
{
    uint64_t now_us = monotonic_us();
    uint64_t until_us = s->tick_at_ms * 1000;

    if (wants_round(s) && s->round_at_us < until_us)
        until_us = s->round_at_us;
    return until_us > now_us ? (int)((until_us - now_us + 999) / 1000) : 0;
}

static void
drain(int fd)
{
    eventfd_t value;

    (void)eventfd_read(fd, &value);
}

static void
on_event(struct streams *s, const struct epoll_event *e)
{
    if (e->data.ptr == &s->wake_fd) {
        drain(s->wake_fd);
        empty_inbox(s);
    } else if (e->data.ptr == &s->mirror_fd) {
        drain(s->mirror_fd);
        s->has_news = true;
    } else {
        roster_on_event(&s->roster, e->data.ptr, e->events);
    }
}

static void *
loop(void *self)
{
    struct streams *s = self;
    struct epoll_event events[EVENTS_MAX];

    while (!atomic_load(&s->is_stopping)) {
        int n = epoll_wait(s->epoll_fd, events, EVENTS_MAX, wait_ms(s));

        for (int i = 0; i < n; i++)
            on_event(s, &events[i]);
        look_at_sessions(s);
        do_what_is_due(s);
        roster_forget_dead(&s->roster);
    }
    roster_clear(&s->roster);
    return NULL;
}

/* ---- start and stop ---- */

static int
open_own(struct streams *s, int *fd)
{
    struct epoll_event e = {.data.ptr = fd, .events = EPOLLIN};

    *fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (*fd < 0 || epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, *fd, &e) != 0)
        return -errno;
    return 0;
}

static int
open_descriptors(struct streams *s)
{
    int rc;

    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (s->epoll_fd < 0)
        return -errno;
    s->dead_fd = takeover_open_dead();
    if (s->dead_fd < 0)
        return s->dead_fd;
    rc = open_own(s, &s->wake_fd);
    return rc != 0 ? rc : open_own(s, &s->mirror_fd);
}

static int
setup(struct streams *s)
{
    int rc = open_descriptors(s);

    if (rc == 0)
        rc = gather_new(&s->gather, s->opt.mirror, s->opt.lang);
    if (rc != 0)
        return rc;
    s->inbox.wake_fd = s->wake_fd;
    s->roster = (struct roster){.epoll_fd = s->epoll_fd,
                                .inbox = &s->inbox,
                                .news = {&s->events, &s->watches}};
    s->has_news = true; /* of what is there before anybody watches */
    mirror_watch(s->opt.mirror, s->mirror_fd);
    rc = pthread_create(&s->thread, NULL, loop, s);
    s->has_thread = rc == 0;
    return -rc;
}

int
streams_start(struct streams **out, const struct streams_options *opt)
{
    struct streams *s = calloc(1, sizeof *s);
    int rc;

    *out = NULL;
    if (s == NULL)
        return -ENOMEM;
    s->opt = *opt;
    s->epoll_fd = s->wake_fd = s->mirror_fd = s->dead_fd = -1;
    s->inbox = (struct inbox){.max = opt->max, .wake_fd = -1};
    memcpy(s->inbox.count, opt->count, sizeof s->inbox.count);
    s->watches = (struct watches){
        .mirror = opt->mirror, .engine = opt->engine, .lang = opt->lang};
    events_init(&s->events, clock_wall_ms());
    inbox_init(&s->inbox);
    rc = setup(s);
    if (rc != 0) {
        log_line(LOG_ERROR, "streams: %s", strerrordesc_np(-rc));
        streams_stop(s);
        streams_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void
streams_stop(struct streams *s)
{
    if (s == NULL)
        return;
    mirror_watch(s->opt.mirror, -1);
    atomic_store(&s->is_stopping, true);
    if (s->has_thread) {
        (void)eventfd_write(s->wake_fd, 1);
        (void)pthread_join(s->thread, NULL);
    }
    s->has_thread = false;
    inbox_close(&s->inbox);
}

static void
close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void
streams_free(struct streams *s)
{
    if (s == NULL)
        return;
    close_fd(s->epoll_fd);
    close_fd(s->wake_fd);
    close_fd(s->mirror_fd);
    close_fd(s->dead_fd);
    gather_free(s->gather);
    events_clear(&s->events);
    inbox_clear(&s->inbox);
    free(s);
}

/* ---- from other threads ---- */

void
streams_look_at_sessions(struct streams *s)
{
    (void)eventfd_write(s->wake_fd, 1);
}

bool
streams_has_room(struct streams *s)
{
    return inbox_has_room(&s->inbox);
}

int
streams_adopt(struct streams *s, struct client *c,
              const struct mg_connection *conn)
{
    enum client_kind kind;
    int rc;

    if (c == NULL)
        return -ENOMEM;
    kind = c->kind;
    rc = inbox_reserve(&s->inbox, kind);
    if (rc == 0) {
        c->fd = takeover_take(conn, s->dead_fd);
        rc = c->fd < 0 ? c->fd : 0;
        if (rc == 0 && inbox_put(&s->inbox, c))
            return 0;
        /* Taken, but too late: the client sees the end. */
        inbox_release(&s->inbox, kind);
    }
    client_free(c);
    return rc;
}
