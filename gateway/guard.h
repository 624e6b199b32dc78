/*
 * guard.h - the throttle behind a lock that requests meet only while somebody
 * is shut out or fails.
 *
 * Threads: any.
 */
#ifndef GATEWAY_GUARD_H
#define GATEWAY_GUARD_H

#include "gateway/throttle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct guard {
    pthread_mutex_t lock;
    struct throttle throttle;
    _Atomic uint64_t shut_until_ms; /* a copy: nobody is shut out after it */
    unsigned long long logged_at_ms;
};

/* 0, or -errno. */
int guard_init(struct guard *g);
void guard_clear(struct guard *g);

/* As throttle_wait() and throttle_fail(), at this moment. */
unsigned guard_wait(struct guard *g, const struct address *who);
void guard_fail(struct guard *g, const struct address *who);

#endif
