/*
 * bare_civetweb - the floor for the gateway: civetweb that answers whatever it
 * is asked with bytes it was given, and does nothing else.
 *
 *     bare_civetweb PORT THREADS FILE
 *
 * FILE holds the whole response, head and body.  It goes out as a gateway's
 * best answer would: from begin_request, before civetweb looks for a file, and
 * in one write.  (A request handler with two writes costs a stat(2) and a
 * send(2) more, and made the floor lie above the gateway.)  Its settings are
 * the gateway's, the queues of new connections above all.  Prints "ready:
 * PORT"; ends on SIGTERM.
 */
#include <civetweb.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>

#define RESPONSE_MAX 65536

struct response {
    char bytes[RESPONSE_MAX];
    size_t len;
};

static int
answer(struct mg_connection *connection)
{
    const struct response *response =
        mg_get_user_data(mg_get_context(connection));
    char body[1024];

    /* What a client sent must be read, or the next request starts in it. */
    while (mg_read(connection, body, sizeof body) > 0)
        continue;
    (void)mg_write(connection, response->bytes, response->len);
    return 200;
}

static int
read_response(struct response *response, const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return -1;
    response->len = fread(response->bytes, 1, sizeof response->bytes, file);
    return fclose(file);
}

int
main(int argc, char *argv[])
{
    static struct response response;
    const struct mg_callbacks callbacks = {.begin_request = answer};
    const char *options[] = {"listening_ports",
                             argc > 1 ? argv[1] : "",
                             "num_threads",
                             argc > 2 ? argv[2] : "",
                             "enable_keep_alive",
                             "yes",
                             "keep_alive_timeout_ms",
                             "5000",
                             "tcp_nodelay",
                             "1",
                             "request_timeout_ms",
                             "10000",
                             "listen_backlog",
                             "1024",
                             "connection_queue",
                             "256",
                             "decode_url",
                             "no",
                             NULL};
    struct mg_context *context;
    sigset_t stop;
    int signal_number;

    if (argc != 4 || read_response(&response, argv[3]) != 0) {
        (void)fprintf(stderr, "usage: bare_civetweb PORT THREADS FILE\n");
        return 2;
    }
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &stop, NULL);
    context = mg_start(&callbacks, &response, options);
    if (context == NULL) {
        (void)fprintf(stderr, "bare_civetweb: cannot listen on %s\n", argv[1]);
        return 1;
    }
    printf("ready: %s\n", argv[1]);
    (void)fflush(stdout);
    (void)sigwait(&stop, &signal_number);
    mg_stop(context);
    return 0;
}
