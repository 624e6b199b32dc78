#include "services/sync-engine/bus/sisters.h"

#include "services/bus-client/feed.h"
#include "services/bus-client/mirror.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"
#include "services/sync-engine/bus/perceive.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PAUSE_MS 100   /* between two looks, however much is going on */
#define WAIT_MS  60000 /* for news; all the same when none comes */

struct sisters {
    struct sisters_options opt;
    struct mirror *mirror;
    struct feed *feed;
    pthread_t thread;
    bool has_thread;
    int stop_fd; /* an eventfd */
    pthread_mutex_t mutex;
    struct perceive perceive; /* with the mutex */
};

/* With the mutex.  One lock inside the other, always in this order. */
static void
look_at_all(struct sisters *s, const struct state *own)
{
    struct copy *copy = mirror_lock(s->mirror);

    for (size_t i = 0; i < copy->count; i++) {
        const struct copy_engine *e = copy->engines[i];

        if (strcmp(e->id, s->opt.id) != 0) {
            perceive_engine(&s->perceive, own, &e->state,
                            e->shown != COPY_OFFLINE);
        }
    }
    mirror_unlock(s->mirror);
}

static void
look(struct sisters *s)
{
    uint64_t before_ms, due_ms;
    struct state own;

    (void)progress_read(s->opt.progress, &own);
    (void)pthread_mutex_lock(&s->mutex);
    before_ms = s->perceive.due_ms;
    perceive_begin(&s->perceive);
    look_at_all(s, &own);
    due_ms = perceive_end(&s->perceive, clock_monotonic_ms(), peer_chance());
    (void)pthread_mutex_unlock(&s->mutex);
    if (due_ms == before_ms)
        return;
    if (due_ms != PERCEIVE_NEVER)
        log_line(LOG_INFO, "another engine has synced: a run is due");
    orders_wake(s->opt.orders);
}

static void *
serve(void *arg)
{
    struct sisters *s = arg;
    struct pollfd stop = {.fd = s->stop_fd, .events = POLLIN};
    uint64_t seen = 0;

    for (;;) {
        seen = mirror_wait(s->mirror, seen, clock_boot_ms() + WAIT_MS);
        if (seen == 0)
            return NULL;
        look(s);
        (void)poll(&stop, 1, PAUSE_MS);
    }
}

static int
start(struct sisters *s)
{
    struct feed_options feed = {.endpoint = s->opt.endpoint};
    int rc;

    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->stop_fd < 0)
        return -errno;
    rc = mirror_new(&s->mirror);
    if (rc < 0)
        return rc;
    feed.mirror = s->mirror;
    rc = feed_start(&s->feed, &feed);
    if (rc < 0)
        return rc;
    rc = -pthread_create(&s->thread, NULL, serve, s);
    s->has_thread = rc == 0;
    return rc;
}

int
sisters_start(struct sisters **out, const struct sisters_options *opt)
{
    struct sisters *s = calloc(1, sizeof *s);
    int rc;

    *out = NULL;
    if (s == NULL)
        return -ENOMEM;
    s->opt = *opt;
    (void)pthread_mutex_init(&s->mutex, NULL);
    perceive_init(&s->perceive);
    rc = start(s);
    if (rc < 0) {
        log_line(LOG_ERROR, "cannot read the feed %s: %s", opt->endpoint,
                 strerrordesc_np(-rc));
        sisters_stop(s);
        return rc;
    }
    *out = s;
    return 0;
}

void
sisters_stop(struct sisters *s)
{
    if (s == NULL)
        return;
    if (s->has_thread) {
        mirror_end_waits(s->mirror);
        (void)eventfd_write(s->stop_fd, 1);
        (void)pthread_join(s->thread, NULL);
    }
    feed_stop(s->feed);
    mirror_free(s->mirror);
    if (s->stop_fd >= 0)
        close(s->stop_fd);
    (void)pthread_mutex_destroy(&s->mutex);
    free(s);
}

uint64_t
sisters_due_ms(struct sisters *s)
{
    uint64_t due_ms;

    if (s == NULL)
        return PERCEIVE_NEVER;
    (void)pthread_mutex_lock(&s->mutex);
    due_ms = s->perceive.due_ms;
    (void)pthread_mutex_unlock(&s->mutex);
    return due_ms;
}

void
sisters_run_begins(struct sisters *s, bool for_them)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&s->mutex);
    perceive_run_begins(&s->perceive, for_them, clock_monotonic_ms());
    (void)pthread_mutex_unlock(&s->mutex);
}

void
sisters_run_ended(struct sisters *s, bool covered, const char *found,
                  const char *head)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&s->mutex);
    perceive_run_ended(&s->perceive, covered);
    if (found != NULL)
        perceive_learn(&s->perceive, found);
    if (head != NULL)
        perceive_learn(&s->perceive, head);
    (void)pthread_mutex_unlock(&s->mutex);
}
