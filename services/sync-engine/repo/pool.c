#include "services/sync-engine/repo/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#define WORKERS_MAX 64

struct pool {
    const struct pool_job *job;
    atomic_size_t next;
    atomic_bool failed;
    pthread_mutex_t lock; /* of rc and problem */
    int rc;               /* the first failure */
    struct problem problem;
};

static void
keep_failure(struct pool *pool, int rc, const struct problem *p)
{
    (void)pthread_mutex_lock(&pool->lock);
    if (pool->rc == 0) {
        pool->rc = rc;
        pool->problem = *p;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    atomic_store(&pool->failed, true);
}

static int
do_items(struct pool *pool, struct worker *w, struct problem *p)
{
    const struct pool_job *job = pool->job;
    int rc = 0;

    while (rc == 0 && !atomic_load(&pool->failed)) {
        size_t item = atomic_fetch_add(&pool->next, 1);

        if (item >= job->count)
            return 0;
        if (job->cancel != NULL && atomic_load(job->cancel))
            return problem_set(p, PROBLEM_CANCELLED, "cancelled");
        rc = job->fn(job->ctx, w, item, p);
    }
    return rc;
}

static void *
work(void *arg)
{
    struct pool *pool = arg;
    struct problem problem = {0};
    struct worker w;
    int rc = worker_init(&w, pool->job->key);

    if (rc != 0) {
        (void)problem_errno(&problem, rc, "preparing a worker");
    } else {
        rc = do_items(pool, &w, &problem);
    }
    if (rc != 0)
        keep_failure(pool, rc, &problem);
    worker_clear(&w);
    return NULL;
}

/* Fewer threads than wished for are fine, none is not. */
static unsigned
start(struct pool *pool, pthread_t threads[WORKERS_MAX])
{
    unsigned wanted = pool->job->workers;
    unsigned n = 0;
    int rc = 0;

    if (wanted > WORKERS_MAX)
        wanted = WORKERS_MAX;
    if (wanted > pool->job->count)
        wanted = (unsigned)pool->job->count;
    while (n < wanted && rc == 0) {
        rc = pthread_create(&threads[n], NULL, work, pool);
        if (rc == 0)
            n++;
    }
    if (n == 0)
        pool->rc = problem_errno(&pool->problem, -rc, "starting a thread");
    return n;
}

int
pool_run(const struct pool_job *job, struct problem *p)
{
    struct pool pool = {.job = job};
    pthread_t threads[WORKERS_MAX];
    unsigned n;
    int rc;

    if (job->count == 0)
        return 0;
    rc = pthread_mutex_init(&pool.lock, NULL);
    if (rc != 0)
        return problem_errno(p, -rc, "starting a thread");
    n = start(&pool, threads);
    for (unsigned i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_mutex_destroy(&pool.lock);
    if (pool.rc != 0)
        *p = pool.problem;
    return pool.rc;
}
