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
#include "gateway/stream/takeover.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
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
    pthread_mutex_t lock; /* the inbox */
    struct client *inbox; /* handed over, the latest first */
    bool is_closed;       /* the inbox: nobody reads it any more */
    /* Of the thread: */
    struct client **clients;
    size_t open, cap;
    struct gather *gather;
    struct changes changes;
    struct watches watches;
    struct client_news news;
    bool has_news;        /* the mirror changed */
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

/* ---- clients ---- */

/* Wait for its socket, with or without room to write. */
static int
poll_client(struct streams *s, struct client *c, int what)
{
    struct epoll_event e = {.data.ptr = c, .events = EPOLLRDHUP};

    if (c->kind == CLIENT_SOCKET)
        e.events |= EPOLLIN;
    if (c->out.is_blocked)
        e.events |= EPOLLOUT;
    c->waits_to_write = c->out.is_blocked;
    return epoll_ctl(s->epoll_fd, what, c->fd, &e) == 0 ? 0 : -errno;
}

/*
 * Its memory stays until the events of this turn are through: one of them
 * might be about it.
 */
static void
hang_up(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd); /* which takes it out of the poll set, too */
    c->fd = -1;
}

static void
settle(struct streams *s, struct client *c, int rc)
{
    if (rc == 0 && c->waits_to_write != c->out.is_blocked)
        rc = poll_client(s, c, EPOLL_CTL_MOD);
    if (rc != 0)
        hang_up(c);
}

static void
serve(struct streams *s, struct client *c)
{
    settle(s, c, client_send(c, &s->news, clock_monotonic_ms()));
}

static void
forget(struct streams *s, struct client *c)
{
    s->clients[c->place] = s->clients[--s->open];
    s->clients[c->place]->place = c->place;
    atomic_fetch_sub(s->opt.count[c->kind], 1);
    client_free(c);
}

static void
forget_dead(struct streams *s)
{
    for (size_t i = s->open; i-- > 0;) {
        if (s->clients[i]->fd < 0)
            forget(s, s->clients[i]);
    }
}

static int
add(struct streams *s, struct client *c)
{
    if (s->open == s->cap) {
        size_t cap = s->cap > 0 ? 2 * s->cap : 64;
        struct client **moved =
            realloc(s->clients, cap * sizeof(struct client *));

        if (moved == NULL)
            return -ENOMEM;
        s->clients = moved;
        s->cap = cap;
    }
    c->place = s->open;
    s->clients[s->open++] = c;
    return 0;
}

static void
welcome(struct streams *s, struct client *c)
{
    int rc = add(s, c);

    if (rc != 0) {
        atomic_fetch_sub(s->opt.count[c->kind], 1);
        client_free(c);
        return;
    }
    rc = client_start(c, &s->news, clock_monotonic_ms());
    if (rc == 0)
        rc = client_send(c, &s->news, clock_monotonic_ms());
    if (rc == 0)
        rc = poll_client(s, c, EPOLL_CTL_ADD);
    if (rc != 0)
        hang_up(c);
}

/* ---- the loop ---- */

/* To all who are not behind already. */
static void
tell_everybody(struct streams *s)
{
    for (size_t i = 0; i < s->open; i++) {
        struct client *c = s->clients[i];

        if (c->fd >= 0 && !c->out.is_blocked)
            serve(s, c);
    }
}

static void
make_round(struct streams *s)
{
    uint64_t began = monotonic_us(), newest = s->changes.newest_number;
    uint64_t beats = s->changes.beats, ended;

    s->has_news = false;
    if (gather_run(s->gather, &s->changes) != 0 &&
        log_allowed(&s->broken_at_ms, clock_monotonic_ms(), REPORT_MS))
        log_line(LOG_ERROR, "streams: out of memory; events are missing");
    watches_look(&s->watches);
    if (newest != s->changes.newest_number || beats != s->changes.beats ||
        s->watches.first != NULL)
        tell_everybody(s);
    ended = monotonic_us();
    s->round_at_us = ended + (ended - began);
}

/* With nobody there, nothing was looked at: the first of them wants it all. */
static void
empty_inbox(struct streams *s)
{
    struct client *c, *next;

    (void)pthread_mutex_lock(&s->lock);
    c = s->inbox;
    s->inbox = NULL;
    (void)pthread_mutex_unlock(&s->lock);
    if (c != NULL && s->open == 0 && s->has_news)
        make_round(s);
    for (; c != NULL; c = next) {
        next = c->next;
        welcome(s, c);
    }
}

static bool
wants_round(const struct streams *s)
{
    return s->has_news && s->open > 0;
}

static void
tick(struct streams *s, uint64_t now_ms)
{
    watches_look(&s->watches);
    for (size_t i = 0; i < s->open; i++) {
        struct client *c = s->clients[i];

        if (c->fd < 0)
            continue;
        settle(s, c, client_tick(c, now_ms));
        if (c->fd >= 0 && c->kind == CLIENT_SOCKET && !c->out.is_blocked)
            serve(s, c);
    }
}

static void
do_what_is_due(struct streams *s)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (wants_round(s) && monotonic_us() >= s->round_at_us)
        make_round(s);
    if (now_ms >= s->beat_at_ms) {
        s->beat_at_ms = now_ms + BEAT_MS;
        if (s->changes.is_bus_up)
            s->changes.as_of_ms = clock_wall_ms();
        if (changes_beat(&s->changes) == 0)
            tell_everybody(s);
    }
    if (now_ms >= s->tick_at_ms) {
        s->tick_at_ms = now_ms + TICK_MS;
        tick(s, now_ms);
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
on_client(struct streams *s, struct client *c, uint32_t events)
{
    int rc = 0;

    if (c->fd < 0)
        return;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        rc = -EPIPE;
    } else if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) {
        rc = client_receive(c, clock_monotonic_ms());
    }
    if (rc == 0)
        rc = client_send(c, &s->news, clock_monotonic_ms());
    settle(s, c, rc);
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
        on_client(s, e->data.ptr, e->events);
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
        do_what_is_due(s);
        forget_dead(s);
    }
    for (size_t i = 0; i < s->open; i++)
        client_say_goodbye(s->clients[i], &s->news, clock_monotonic_ms());
    while (s->open > 0)
        forget(s, s->clients[0]);
    return NULL;
}

/* ---- start and stop ---- */

static int
poll_own(struct streams *s, int *fd)
{
    struct epoll_event e = {.data.ptr = fd, .events = EPOLLIN};

    *fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (*fd < 0 || epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, *fd, &e) != 0)
        return -errno;
    return 0;
}

static int
setup(struct streams *s)
{
    int rc;

    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (s->epoll_fd < 0)
        return -errno;
    s->dead_fd = takeover_open_dead();
    if (s->dead_fd < 0)
        return s->dead_fd;
    rc = poll_own(s, &s->wake_fd);
    if (rc == 0)
        rc = poll_own(s, &s->mirror_fd);
    if (rc == 0)
        rc = gather_new(&s->gather, s->opt.mirror, s->opt.lang);
    if (rc != 0)
        return rc;
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
    s->watches = (struct watches){
        .mirror = opt->mirror, .engine = opt->engine, .lang = opt->lang};
    s->news = (struct client_news){&s->changes, &s->watches};
    changes_init(&s->changes, clock_wall_ms());
    (void)pthread_mutex_init(&s->lock, NULL);
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

static void
close_inbox(struct streams *s)
{
    struct client *c, *next;

    (void)pthread_mutex_lock(&s->lock);
    c = s->inbox;
    s->inbox = NULL;
    s->is_closed = true;
    (void)pthread_mutex_unlock(&s->lock);
    for (; c != NULL; c = next) {
        next = c->next;
        atomic_fetch_sub(s->opt.count[c->kind], 1);
        client_free(c);
    }
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
    close_inbox(s);
}

void
streams_free(struct streams *s)
{
    const int fds[] = {
        s != NULL ? s->epoll_fd : -1, s != NULL ? s->wake_fd : -1,
        s != NULL ? s->mirror_fd : -1, s != NULL ? s->dead_fd : -1};

    if (s == NULL)
        return;
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    gather_free(s->gather);
    changes_clear(&s->changes);
    free(s->clients);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- from other threads ---- */

static unsigned
count_all(struct streams *s)
{
    return atomic_load(s->opt.count[CLIENT_EVENTS]) +
           atomic_load(s->opt.count[CLIENT_SOCKET]);
}

bool
streams_has_room(struct streams *s)
{
    return count_all(s) < s->opt.max;
}

/* Under the lock: two that come at once must not both take the last place. */
static int
reserve(struct streams *s, enum client_kind kind)
{
    int rc = 0;

    (void)pthread_mutex_lock(&s->lock);
    if (s->is_closed) {
        rc = -ESHUTDOWN;
    } else if (!streams_has_room(s)) {
        rc = -EBUSY;
    } else {
        atomic_fetch_add(s->opt.count[kind], 1);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

/* Returns false when nobody would take it out any more. */
static bool
hand_over(struct streams *s, struct client *c)
{
    bool is_closed;

    (void)pthread_mutex_lock(&s->lock);
    is_closed = s->is_closed;
    if (!is_closed) {
        c->next = s->inbox;
        s->inbox = c;
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (!is_closed)
        (void)eventfd_write(s->wake_fd, 1);
    return !is_closed;
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
    rc = reserve(s, kind);
    if (rc == 0) {
        c->fd = takeover_take(conn, s->dead_fd);
        rc = c->fd < 0 ? c->fd : 0;
        if (rc == 0 && hand_over(s, c))
            return 0;
        /* Taken, but too late: the client sees the end. */
        atomic_fetch_sub(s->opt.count[kind], 1);
    }
    client_free(c);
    return rc;
}
