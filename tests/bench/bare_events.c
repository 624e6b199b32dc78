/*
 * bare_events - the floor for the gateway's streams: civetweb as it is meant to
 * be used, a thread for each reader, which waits for news and writes them.
 *
 *     bare_events PORT THREADS FIFO
 *
 * Each line of FIFO goes to every reader as the data of an event;
 * whoever was busy gets the newest only.  Prints "ready: PORT"; ends on
 * SIGTERM.
 */
#include <civetweb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 8192

struct news {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t number;
    size_t len;
    char line[LINE_MAX_BYTES];
};

static struct news news = {.lock = PTHREAD_MUTEX_INITIALIZER,
                           .changed = PTHREAD_COND_INITIALIZER};

static const char head[] = "HTTP/1.1 200 OK\r\n"
                           "Content-Type: text/event-stream\r\n"
                           "Connection: close\r\n\r\n"
                           "event: snapshot\ndata: {}\n\n";

/* Wait for something newer than seen; its length. */
static size_t
wait_for_news(uint64_t *seen, char out[LINE_MAX_BYTES])
{
    size_t len;

    (void)pthread_mutex_lock(&news.lock);
    while (news.number == *seen)
        (void)pthread_cond_wait(&news.changed, &news.lock);
    *seen = news.number;
    len = news.len;
    memcpy(out, news.line, len);
    (void)pthread_mutex_unlock(&news.lock);
    return len;
}

static int
answer(struct mg_connection *connection)
{
    char line[LINE_MAX_BYTES];
    uint64_t seen = 0;

    if (mg_write(connection, head, sizeof head - 1) <= 0)
        return 200;
    for (;;) {
        size_t len = wait_for_news(&seen, line);

        if (mg_write(connection, line, len) <= 0)
            return 200;
    }
}

static void *
read_lines(void *path)
{
    FILE *lines = fopen(path, "r");
    char line[LINE_MAX_BYTES - 16];

    while (lines != NULL && fgets(line, sizeof line, lines) != NULL) {
        (void)pthread_mutex_lock(&news.lock);
        news.len =
            (size_t)snprintf(news.line, sizeof news.line, "data: %s\n", line);
        news.number++;
        (void)pthread_cond_broadcast(&news.changed);
        (void)pthread_mutex_unlock(&news.lock);
    }
    return NULL;
}

int
main(int argc, char *argv[])
{
    const struct mg_callbacks callbacks = {.begin_request = answer};
    const char *options[] = {"listening_ports",
                             argc > 1 ? argv[1] : "",
                             "num_threads",
                             argc > 2 ? argv[2] : "",
                             "tcp_nodelay",
                             "1",
                             "listen_backlog",
                             "1024",
                             "connection_queue",
                             "256",
                             NULL};
    pthread_t reader;
    sigset_t stop;
    int signal_number;

    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &stop, NULL);
    if (argc != 4 || mg_start(&callbacks, NULL, options) == NULL) {
        (void)fprintf(stderr, "usage: bare_events PORT THREADS FIFO\n");
        return 2;
    }
    if (pthread_create(&reader, NULL, read_lines, argv[3]) != 0)
        return 1;
    printf("ready: %s\n", argv[1]);
    (void)fflush(stdout);
    (void)sigwait(&stop, &signal_number);
    _exit(0); /* its threads wait for ever: nothing to end in order */
}
