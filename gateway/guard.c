#include "gateway/guard.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <arpa/inet.h>

#define REPORT_MS 60000

int
guard_init(struct guard *g)
{
    atomic_init(&g->shut_until_ms, 0);
    return -pthread_mutex_init(&g->lock, NULL);
}

void
guard_clear(struct guard *g)
{
    (void)pthread_mutex_destroy(&g->lock);
}

unsigned
guard_wait(struct guard *g, const struct address *who)
{
    uint64_t now_ms = clock_monotonic_ms();
    unsigned wait;

    if (now_ms >= atomic_load(&g->shut_until_ms))
        return 0;
    (void)pthread_mutex_lock(&g->lock);
    wait = throttle_wait(&g->throttle, who, now_ms);
    (void)pthread_mutex_unlock(&g->lock);
    return wait;
}

static void
report(const struct address *who)
{
    char text[INET6_ADDRSTRLEN];

    if (inet_ntop(AF_INET6, who->bytes, text, sizeof text) != NULL)
        log_line(LOG_WARN, "%s: too many failed logins; shut out for a minute",
                 text);
}

void
guard_fail(struct guard *g, const struct address *who)
{
    uint64_t now_ms = clock_monotonic_ms();
    bool is_out;

    (void)pthread_mutex_lock(&g->lock);
    throttle_fail(&g->throttle, who, now_ms);
    atomic_store(&g->shut_until_ms, g->throttle.shut_until_ms);
    is_out = throttle_wait(&g->throttle, who, now_ms) > 0 &&
             log_allowed(&g->logged_at_ms, now_ms, REPORT_MS);
    (void)pthread_mutex_unlock(&g->lock);
    if (is_out)
        report(who);
}
