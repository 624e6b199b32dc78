#include "gateway/metrics/requests.h"

#include "gateway/http/http.h"
#include "gateway/routes.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS      16 /* a power of two; more CPUs share */
#define CACHE_LINE  64
#define BOUND_COUNT (sizeof bounds / sizeof *bounds)

/* An answer from memory takes microseconds, a sync that is waited for minutes.
 */
static const struct {
    const char *text;
    uint64_t ns;
} bounds[] = {
    {"0.0001", 100000},      {"0.0003", 300000},      {"0.001", 1000000},
    {"0.003", 3000000},      {"0.01", 10000000},      {"0.03", 30000000},
    {"0.1", 100000000},      {"0.3", 300000000},      {"1.0", 1000000000},
    {"3.0", 3000000000},     {"10.0", 10000000000},   {"30.0", 30000000000},
    {"100.0", 100000000000}, {"300.0", 300000000000},
};

struct cell {
    atomic_uint_fast64_t status[HTTP_STATUS_MAX];
    atomic_uint_fast64_t buckets[BOUND_COUNT + 1];
    atomic_uint_fast64_t sum_ns;
};

/* One route, added up. */
struct total {
    uint64_t status[HTTP_STATUS_MAX];
    uint64_t buckets[BOUND_COUNT + 1];
    uint64_t sum_ns, count;
};

struct requests {
    size_t count; /* routes, and one for requests that found none */
    size_t shard_size;
    struct cell *shards[SHARDS]; /* owned; a line of the cache apart */
};

int
requests_new(struct requests **out)
{
    struct requests *q = calloc(1, sizeof *q);
    size_t size;

    *out = NULL;
    if (q == NULL)
        return -ENOMEM;
    (void)routes_all(&q->count);
    q->count++;
    size = (q->count * sizeof(struct cell) + CACHE_LINE - 1) / CACHE_LINE *
           CACHE_LINE;
    for (size_t i = 0; i < SHARDS; i++) {
        q->shards[i] = aligned_alloc(CACHE_LINE, size);
        if (q->shards[i] == NULL) {
            requests_free(q);
            return -ENOMEM;
        }
        memset(q->shards[i], 0, size);
    }
    *out = q;
    return 0;
}

void
requests_free(struct requests *q)
{
    if (q == NULL)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        free(q->shards[i]);
    free(q);
}

static size_t
index_of(const struct requests *q, const struct route *route)
{
    size_t count;

    return route != NULL ? (size_t)(route - routes_all(&count)) : q->count - 1;
}

static size_t
bucket_index(uint64_t ns)
{
    size_t i = 0;

    while (i < BOUND_COUNT && ns > bounds[i].ns)
        i++;
    return i;
}

static void
add(atomic_uint_fast64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void
requests_count(struct requests *q, const struct route *route, int status,
               uint64_t ns)
{
    int cpu = sched_getcpu();
    struct cell *cell = q->shards[(unsigned)(cpu > 0 ? cpu : 0) % SHARDS];

    cell += index_of(q, route);
    add(&cell->status[http_status_index(status)], 1);
    add(&cell->buckets[bucket_index(ns)], 1);
    add(&cell->sum_ns, ns);
}

/* ---- reading ---- */

static uint64_t
get(atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void
add_up(const struct requests *q, size_t route, struct total *out)
{
    *out = (struct total){.count = 0};
    for (size_t i = 0; i < SHARDS; i++) {
        struct cell *cell = q->shards[i] + route;

        for (size_t j = 0; j < HTTP_STATUS_MAX; j++)
            out->status[j] += get(&cell->status[j]);
        for (size_t j = 0; j <= BOUND_COUNT; j++)
            out->buckets[j] += get(&cell->buckets[j]);
        out->sum_ns += get(&cell->sum_ns);
    }
    for (size_t j = 0; j < HTTP_STATUS_MAX; j++)
        out->count += out->status[j];
}

static const char *
name_of(size_t route)
{
    size_t count;
    const struct route *rows = routes_all(&count);

    return route < count ? rows[route].name : "none";
}

static void
put_statuses(struct exposition *x, const char *route, const struct total *total)
{
    for (size_t i = 0; http_status(i) != 0; i++) {
        int status = http_status(i);
        char code[4] = {(char)('0' + status / 100),
                        (char)('0' + status / 10 % 10),
                        (char)('0' + status % 10), '\0'};
        const struct exposition_label labels[] = {
            {"route", route}, {"code", code}, {NULL, NULL}};

        if (total->status[i] > 0)
            exposition_uint(x, labels, total->status[i]);
    }
}

static void
put_durations(struct exposition *x, const char *route,
              const struct total *total)
{
    const struct exposition_label labels[] = {{"route", route}, {NULL, NULL}};
    const char *texts[BOUND_COUNT];
    struct exposition_histogram h = {.bounds = texts,
                                     .count = BOUND_COUNT,
                                     .buckets = total->buckets,
                                     .sum_ns = total->sum_ns};

    for (size_t i = 0; i < BOUND_COUNT; i++)
        texts[i] = bounds[i].text;
    exposition_histogram(x, labels, &h);
}

void
requests_put(struct requests *q, struct exposition *x)
{
    static const struct exposition_family requests = {
        "syncbus_gateway_requests", EXPOSITION_COUNTER, NULL,
        "HTTP requests that were answered."};
    static const struct exposition_family durations = {
        "syncbus_gateway_request_duration_seconds", EXPOSITION_HISTOGRAM,
        "seconds",
        "Time from a request's head to the end of its answer; of a stream, to"
        " its beginning."};
    struct total total;

    exposition_family(x, &requests);
    for (size_t i = 0; i < q->count; i++) {
        add_up(q, i, &total);
        put_statuses(x, name_of(i), &total);
    }
    exposition_family(x, &durations);
    for (size_t i = 0; i < q->count; i++) {
        add_up(q, i, &total);
        if (total.count > 0)
            put_durations(x, name_of(i), &total);
    }
}
