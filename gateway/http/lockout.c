#include "gateway/http/lockout.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <arpa/inet.h>

#define REPORT_MS 60000

int
lockout_init(struct lockout *l)
{
    atomic_init(&l->shut_until_ms, 0);
    return -pthread_mutex_init(&l->lock, NULL);
}

void
lockout_clear(struct lockout *l)
{
    (void)pthread_mutex_destroy(&l->lock);
}

unsigned
lockout_wait(struct lockout *l, const struct address *who)
{
    uint64_t now_ms = clock_monotonic_ms();
    unsigned wait;

    if (now_ms >= atomic_load(&l->shut_until_ms))
        return 0;
    (void)pthread_mutex_lock(&l->lock);
    wait = throttle_wait(&l->throttle, who, now_ms);
    (void)pthread_mutex_unlock(&l->lock);
    return wait;
}

static void
report(const struct address *who)
{
    char text[INET6_ADDRSTRLEN];

    if (inet_ntop(AF_INET6, who->bytes, text, sizeof text) != NULL) {
        log_line(LOG_WARN, "%s: too many failed logins; shut out for a minute",
                 text);
    }
}

void
lockout_fail(struct lockout *l, const struct address *who)
{
    uint64_t now_ms = clock_monotonic_ms();
    bool is_out;

    (void)pthread_mutex_lock(&l->lock);
    throttle_fail(&l->throttle, who, now_ms);
    atomic_store(&l->shut_until_ms, l->throttle.shut_until_ms);
    is_out = throttle_wait(&l->throttle, who, now_ms) > 0 &&
             log_allowed(&l->logged_at_ms, now_ms, REPORT_MS);
    (void)pthread_mutex_unlock(&l->lock);
    if (is_out)
        report(who);
}
