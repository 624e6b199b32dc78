#include "services/bus-client/mirror.h"

#include "services/runtime/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>

struct mirror {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct copy copy;
    uint64_t told; /* generation at the last signal */
    int watch_fd;  /* eventfd; -1: nobody polls */
    bool ended;
};

/* Waiting must not follow steps of the wall clock. */
static int
init_news(pthread_cond_t *news)
{
    pthread_condattr_t attr;
    int rc = pthread_condattr_init(&attr);

    if (rc != 0)
        return -rc;
    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (rc == 0)
        rc = pthread_cond_init(news, &attr);
    (void)pthread_condattr_destroy(&attr);
    return -rc;
}

int
mirror_new(struct mirror **out)
{
    struct mirror *m = calloc(1, sizeof *m);
    int rc;

    *out = NULL;
    if (m == NULL)
        return -ENOMEM;
    rc = init_news(&m->news);
    if (rc != 0) {
        free(m);
        return rc;
    }
    rc = pthread_mutex_init(&m->lock, NULL);
    if (rc != 0) {
        (void)pthread_cond_destroy(&m->news);
        free(m);
        return -rc;
    }
    copy_init(&m->copy);
    m->watch_fd = -1;
    m->told = m->copy.generation;
    *out = m;
    return 0;
}

void
mirror_free(struct mirror *m)
{
    if (m == NULL)
        return;
    copy_clear(&m->copy);
    (void)pthread_cond_destroy(&m->news);
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

struct copy *
mirror_lock(struct mirror *m)
{
    (void)pthread_mutex_lock(&m->lock);
    return &m->copy;
}

void
mirror_unlock(struct mirror *m)
{
    if (m->told != m->copy.generation) {
        m->told = m->copy.generation;
        (void)pthread_cond_broadcast(&m->news);
        /* Never blocks: an eventfd is full after 2^64 of these. */
        if (m->watch_fd >= 0)
            (void)eventfd_write(m->watch_fd, 1);
    }
    (void)pthread_mutex_unlock(&m->lock);
}

/* The moment ms from now, on the clock of the condition. */
static struct timespec
moment_in(uint64_t ms)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

uint64_t
mirror_wait(struct mirror *m, uint64_t seen, uint64_t until_ms)
{
    uint64_t now_ms = clock_boot_ms(), generation;
    struct timespec until =
        moment_in(until_ms > now_ms ? until_ms - now_ms : 0);
    int rc = 0;

    (void)pthread_mutex_lock(&m->lock);
    while (rc == 0 && m->copy.generation == seen && !m->ended)
        rc = pthread_cond_timedwait(&m->news, &m->lock, &until);
    generation = m->ended ? 0 : m->copy.generation;
    (void)pthread_mutex_unlock(&m->lock);
    return generation;
}

void
mirror_watch(struct mirror *m, int event_fd)
{
    (void)pthread_mutex_lock(&m->lock);
    m->watch_fd = event_fd;
    (void)pthread_mutex_unlock(&m->lock);
}

void
mirror_end_waits(struct mirror *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->ended = true;
    (void)pthread_cond_broadcast(&m->news);
    (void)pthread_mutex_unlock(&m->lock);
}
