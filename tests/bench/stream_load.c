/*
 * stream_load - many readers of one server's events, in one thread.
 *
 *     stream_load PORT COUNT PATH TOKEN
 *
 * Opens COUNT streams and reads them all.  Where an event says "@<n>", n is the
 * monotonic time in us at which what it tells about was published: how long
 * ago is a sample.  Prints "ready: COUNT" once every stream has brought
 * something; then, on SIGTERM, one line of JSON.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES_MAX 4000000
#define EVENTS_MAX  256
#define STAMP_MAX   32 /* bytes: one may be cut in two by a read */

struct reader {
    int fd;
    bool has_begun;
    char tail[STAMP_MAX]; /* of the last read */
    size_t tail_len;
};

struct load {
    int epoll_fd, stop_fd;
    size_t count, begun;
    struct reader *readers;
    uint32_t *samples; /* us */
    size_t sample_count;
    uint64_t bytes, gaps;
};

static uint64_t
now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
open_reader(struct load *l, struct reader *r, uint16_t port,
            const char *request)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = r};
    size_t len = strlen(request);

    r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (r->fd < 0 || connect(r->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        send(r->fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
        return -errno;
    return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, r->fd, &e) == 0 ? 0 : -errno;
}

/* A whole stamp at p, which begins with '@'?  Its time, or 0. */
static uint64_t
parse_stamp(const char *p, const char *end)
{
    uint64_t value = 0;

    for (p++; p < end && *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (uint64_t)(*p - '0');
    return p < end ? value : 0; /* at the end, digits may be missing */
}

static void
look(struct load *l, const char *text, const char *end)
{
    uint64_t now = now_us();

    for (const char *p = text; (p = memchr(p, '@', (size_t)(end - p))) != NULL;
         p++) {
        uint64_t stamp = parse_stamp(p, end);

        if (stamp != 0 && stamp <= now && l->sample_count < SAMPLES_MAX)
            l->samples[l->sample_count++] = (uint32_t)(now - stamp);
    }
    for (const char *p = text;
         (p = memmem(p, (size_t)(end - p), "\nevent: gap", 11)) != NULL; p++)
        l->gaps++;
}

/* Keep what might be the beginning of a stamp. */
static void
keep_tail(struct reader *r, const char *text, size_t len)
{
    const char *at = memrchr(text, '@', len);

    r->tail_len = 0;
    if (at == NULL || parse_stamp(at, text + len) != 0)
        return;
    r->tail_len = (size_t)(text + len - at);
    if (r->tail_len >= STAMP_MAX)
        r->tail_len = 0;
    memcpy(r->tail, at, r->tail_len);
}

static int
read_some(struct load *l, struct reader *r)
{
    static char text[STAMP_MAX + 262144];
    size_t kept = r->tail_len;
    ssize_t n;

    memcpy(text, r->tail, kept);
    n = recv(r->fd, text + kept, sizeof text - kept, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n == 0)
        return -EPIPE;
    l->bytes += (uint64_t)n;
    look(l, text, text + kept + n);
    keep_tail(r, text, kept + (size_t)n);
    if (!r->has_begun && ++l->begun == l->count) {
        printf("ready: %zu\n", l->count);
        (void)fflush(stdout);
        l->sample_count = 0; /* what came with the snapshot was old */
    }
    r->has_begun = true;
    return 0;
}

static int
compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static double
percentile_ms(const struct load *l, double share)
{
    size_t i = (size_t)((double)l->sample_count * share);

    if (l->sample_count == 0)
        return 0;
    return (double)l->samples[i < l->sample_count ? i : i - 1] / 1000;
}

static void
report(struct load *l)
{
    qsort(l->samples, l->sample_count, sizeof *l->samples, compare);
    printf("{\"events\":%zu,\"p50\":%.3f,\"p99\":%.3f,\"worst\":%.3f,"
           "\"bytes\":%llu,\"gaps\":%llu}\n",
           l->sample_count, percentile_ms(l, 0.5), percentile_ms(l, 0.99),
           percentile_ms(l, 1.0), (unsigned long long)l->bytes,
           (unsigned long long)l->gaps);
}

static int
run(struct load *l)
{
    struct epoll_event events[EVENTS_MAX];

    for (;;) {
        int n = epoll_wait(l->epoll_fd, events, EVENTS_MAX, -1);

        for (int i = 0; i < n; i++) {
            struct reader *r = events[i].data.ptr;
            int rc = r == NULL ? 0 : read_some(l, r);

            if (r == NULL)
                return 0;
            if (rc != 0)
                return rc;
        }
    }
}

/* SIGTERM becomes an event. */
static int
watch_stop(struct load *l)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    sigset_t stop;

    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    if (pthread_sigmask(SIG_BLOCK, &stop, NULL) != 0)
        return -errno;
    l->stop_fd = signalfd(-1, &stop, SFD_CLOEXEC);
    if (l->stop_fd < 0 ||
        epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, l->stop_fd, &e) != 0)
        return -errno;
    return 0;
}

static int
setup(struct load *l, char *argv[])
{
    struct rlimit limit;
    char request[1024];
    int rc;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    l->count = strtoul(argv[2], NULL, 10);
    l->readers = calloc(l->count + 1, sizeof *l->readers);
    l->samples = calloc(SAMPLES_MAX, sizeof *l->samples);
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (l->readers == NULL || l->samples == NULL || l->epoll_fd < 0)
        return -ENOMEM;
    (void)snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: localhost\r\n"
                   "Authorization: Token %s\r\n\r\n",
                   argv[3], argv[4]);
    rc = watch_stop(l);
    for (size_t i = 0; rc == 0 && i < l->count; i++) {
        rc = open_reader(l, &l->readers[i],
                         (uint16_t)strtoul(argv[1], NULL, 10), request);
    }
    return rc;
}

int
main(int argc, char *argv[])
{
    static struct load l;
    int rc;

    if (argc != 5) {
        (void)fprintf(stderr, "usage: stream_load PORT COUNT PATH TOKEN\n");
        return 2;
    }
    rc = setup(&l, argv);
    if (rc == 0)
        rc = run(&l);
    if (rc != 0) {
        (void)fprintf(stderr, "stream_load: %s\n", strerrordesc_np(-rc));
        return 1;
    }
    report(&l);
    return 0;
}
