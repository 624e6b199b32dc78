#include "services/sync-engine/cloud/lock_keeper.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct lock_keeper {
    struct lock *lock;
    unsigned period_ms;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards the lock, fault and stopping */
    pthread_cond_t wake;   /* stopping changed */
    bool stopping;
    struct fault fault; /* of the loss */
    atomic_bool lost;
};

static void
lose(struct lock_keeper *k, const struct fault *f)
{
    k->fault = *f;
    atomic_store(&k->lost, true);
    log_line(LOG_WARN, "cloud lock lost: %s", f->cause);
}

/* Wait with the mutex held; true when the period has passed. */
static bool
wait_period(struct lock_keeper *k)
{
    struct timespec until;
    int rc = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += k->period_ms / 1000;
    until.tv_nsec += (long)(k->period_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (!k->stopping && rc == 0)
        rc = pthread_cond_timedwait(&k->wake, &k->mutex, &until);
    return !k->stopping;
}

static void *
keep(void *arg)
{
    struct lock_keeper *k = arg;
    struct fault f = {0};

    pthread_mutex_lock(&k->mutex);
    while (!atomic_load(&k->lost) && wait_period(k)) {
        if (lock_refresh(k->lock, &f) < 0)
            lose(k, &f);
    }
    pthread_mutex_unlock(&k->mutex);
    return NULL;
}

int
lock_keeper_start(struct lock_keeper **out, struct lock *l, unsigned period_ms)
{
    struct lock_keeper *k = calloc(1, sizeof *k);
    pthread_condattr_t attr;
    int rc;

    *out = NULL;
    if (k == NULL)
        return -ENOMEM;
    k->lock = l;
    k->period_ms = period_ms;
    pthread_mutex_init(&k->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&k->wake, &attr);
    pthread_condattr_destroy(&attr);
    rc = pthread_create(&k->thread, NULL, keep, k);
    if (rc != 0) {
        pthread_cond_destroy(&k->wake);
        pthread_mutex_destroy(&k->mutex);
        free(k);
        return -rc;
    }
    *out = k;
    return 0;
}

bool
lock_keeper_is_lost(const struct lock_keeper *k)
{
    return atomic_load(&k->lost);
}

int
lock_keeper_check(struct lock_keeper *k, struct fault *f)
{
    int rc = 0;

    pthread_mutex_lock(&k->mutex);
    if (atomic_load(&k->lost)) {
        *f = k->fault;
        rc = -EIO;
    } else {
        rc = lock_check(k->lock, f);
        if (rc < 0 && !k->lock->held)
            lose(k, f);
    }
    pthread_mutex_unlock(&k->mutex);
    return rc;
}

void
lock_keeper_stop(struct lock_keeper *k)
{
    if (k == NULL)
        return;
    pthread_mutex_lock(&k->mutex);
    k->stopping = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->mutex);
    pthread_join(k->thread, NULL);
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->mutex);
    free(k);
}
