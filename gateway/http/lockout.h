/*
 * lockout.h - the throttle behind a lock that requests meet only while somebody
 * is shut out or fails.
 *
 * Threads: any.
 */
#ifndef GATEWAY_HTTP_LOCKOUT_H
#define GATEWAY_HTTP_LOCKOUT_H

#include "gateway/http/throttle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct lockout {
    pthread_mutex_t lock;
    struct throttle throttle;
    _Atomic uint64_t shut_until_ms; /* a copy: nobody is shut out after it */
    unsigned long long logged_at_ms;
};

/* 0, or -errno. */
int lockout_init(struct lockout *l);
void lockout_clear(struct lockout *l);

/* As throttle_wait() and throttle_fail(), at this moment. */
unsigned lockout_wait(struct lockout *l, const struct address *who);
void lockout_fail(struct lockout *l, const struct address *who);

#endif
