#include "gateway/server.h"

#include "gateway/gate.h"
#include "gateway/http/http.h"
#include "services/runtime/log.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REQUEST_TIMEOUT_MS "10000" /* for a whole request to arrive */
#define KEEP_ALIVE_MS      "5000"  /* for the next one to begin */
#define PORTS_MAX          ((size_t)SERVER_LISTEN_MAX * (LISTEN_TEXT_MAX + 8))

struct server {
    struct mg_context *context;
    struct service *service;
    struct listen_address listen[SERVER_LISTEN_MAX];
    size_t listen_count;
    unsigned threads;
    atomic_uint connections;
};

static struct server *
server_of(const struct mg_connection *conn)
{
    return mg_get_user_data(mg_get_context(conn));
}

static int
on_connect(const struct mg_connection *conn, void **unused)
{
    (void)unused;
    atomic_fetch_add(&server_of(conn)->connections, 1);
    return 0;
}

static void
on_disconnect(const struct mg_connection *conn)
{
    atomic_fetch_sub(&server_of(conn)->connections, 1);
}

/* More than three of four threads taken: nobody keeps one without need. */
static bool
is_nearly_full(const struct server *s)
{
    return atomic_load(&s->connections) * 4 > s->threads * 3;
}

static int
on_request(struct mg_connection *conn)
{
    struct server *s = server_of(conn);
    struct request r;

    request_init(&r, conn, &s->service->proxies);
    if (is_nearly_full(s))
        r.close = true;
    return gate_serve(s->service, &r);
}

/*
 * A request line of HTTP whose method is none of the table's.  civetweb takes
 * methods that it does not know for broken requests.
 */
static bool
is_of_no_route(const struct mg_connection *conn)
{
    static const char *const ours[] = {"GET", "HEAD", "POST", "OPTIONS"};
    const struct mg_request_info *info = mg_get_request_info(conn);

    if (info == NULL || info->request_method == NULL ||
        info->request_uri == NULL || info->http_version == NULL)
        return false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (strcmp(info->request_method, ours[i]) == 0)
            return false; /* something else is wrong with it */
    }
    return info->request_uri[0] == '/' &&
           strncmp(info->http_version, "1.", 2) == 0 &&
           strlen(info->http_version) == 3;
}

/* What is said where civetweb says this; it is 400 for all others. */
static const char *
refusal_of(const struct mg_connection *conn, int status)
{
    switch (status) {
    case 400:
        return is_of_no_route(conn)
                   ? "404 page not found"
                   : "400 no HTTP request, or a head over 16 KiB";
    case 411:
        return "400 bad Content-Length";
    case 505:
        return "505 neither HTTP/1.0 nor HTTP/1.1";
    default:
        return status >= 500 ? "500 internal error"
                             : "400 no HTTP request, or a head over 16 KiB";
    }
}

/* What civetweb itself refuses: requests it cannot parse, mostly. */
static int
on_error(struct mg_connection *conn, int status, const char *why)
{
    const char *body = refusal_of(conn, status);
    struct http_head h = {.status = (int)strtol(body, NULL, 10),
                          .type = HTTP_TEXT,
                          .body_len = strlen(body),
                          .close = true};
    char text[HTTP_HEAD_MAX + 64];
    int len;

    log_line(LOG_DEBUG, "http: %d %s", status, why != NULL ? why : "");
    len = http_format_head(text, &h);
    memcpy(text + len, body, h.body_len);
    mg_disable_connection_keep_alive(conn);
    (void)mg_write(conn, text, (size_t)len + h.body_len);
    return 0;
}

static int
on_message(const struct mg_connection *conn, const char *message)
{
    (void)conn;
    log_line(LOG_DEBUG, "civetweb: %s", message);
    return 1;
}

/* "127.0.0.1:7570,[::1]:7570" */
static void
format_ports(const struct server *s, char out[PORTS_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < s->listen_count; i++) {
        len += (size_t)snprintf(out + len, PORTS_MAX - len, "%s%s:%u",
                                i > 0 ? "," : "", s->listen[i].host,
                                s->listen[i].port);
    }
}

static int
try_addresses(const struct server *s)
{
    for (size_t i = 0; i < s->listen_count; i++) {
        const struct listen_address *a = &s->listen[i];
        int rc = listen_try(a);

        if (rc == 0)
            continue;
        log_line(LOG_ERROR, "cannot listen on %s:%u: %s%s", a->host, a->port,
                 strerrordesc_np(-rc),
                 rc == -EADDRINUSE ? "; stop the other program or choose"
                                     " another port with --listen"
                                   : "");
        return rc;
    }
    return 0;
}

static int
start_civetweb(struct server *s)
{
    char ports[PORTS_MAX], threads[16], why[256] = "";
    const char *settings[] = {"listening_ports",
                              ports,
                              "num_threads",
                              threads,
                              "request_timeout_ms",
                              REQUEST_TIMEOUT_MS,
                              "enable_keep_alive",
                              "yes",
                              "keep_alive_timeout_ms",
                              KEEP_ALIVE_MS,
                              "tcp_nodelay",
                              "1",
                              "listen_backlog",
                              "1024",
                              "connection_queue",
                              "256",
                              "decode_url",
                              "no",
                              "enable_directory_listing",
                              "no",
                              NULL};
    struct mg_callbacks callbacks = {.begin_request = on_request,
                                     .http_error = on_error,
                                     .log_message = on_message,
                                     .init_connection = on_connect,
                                     .connection_close = on_disconnect};
    struct mg_init_data init = {.callbacks = &callbacks,
                                .user_data = s,
                                .configuration_options = settings};
    struct mg_error_data error = {.text = why, .text_buffer_size = sizeof why};

    format_ports(s, ports);
    (void)snprintf(threads, sizeof threads, "%u", s->threads);
    s->context = mg_start2(&init, &error);
    if (s->context != NULL)
        return 0;
    log_line(LOG_ERROR, "cannot listen on %s: %s", ports, why);
    return -EADDRNOTAVAIL;
}

int
server_start(struct server **out, const struct server_options *opt)
{
    struct server *s = calloc(1, sizeof *s);
    int rc;

    *out = NULL;
    if (s == NULL)
        return -ENOMEM;
    s->service = opt->service;
    s->threads = opt->threads;
    s->listen_count = opt->listen_count;
    memcpy(s->listen, opt->listen, opt->listen_count * sizeof *opt->listen);
    (void)mg_init_library(0); /* no TLS: it crashes with OpenSSL 3 */
    rc = try_addresses(s);
    if (rc == 0)
        rc = start_civetweb(s);
    if (rc != 0) {
        server_stop(s);
        return rc;
    }
    *out = s;
    return 0;
}

void
server_describe(const struct server *s, char *out, size_t cap)
{
    struct mg_server_port ports[SERVER_LISTEN_MAX];
    int count = mg_get_server_ports(s->context, SERVER_LISTEN_MAX, ports);
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < s->listen_count && len < cap; i++) {
        len += (size_t)snprintf(out + len, cap - len, "%shttp://%s:%u",
                                i > 0 ? " " : "", s->listen[i].host,
                                i < (size_t)count ? (unsigned)ports[i].port
                                                  : s->listen[i].port);
    }
}

static bool
is_our_port(const struct server *s, unsigned port)
{
    struct mg_server_port ports[SERVER_LISTEN_MAX];
    int count = mg_get_server_ports(s->context, SERVER_LISTEN_MAX, ports);

    for (int i = 0; i < count; i++) {
        if ((unsigned)ports[i].port == port)
            return true;
    }
    return false;
}

/* What reads from fd, if it is a socket of the server, meets its end. */
static void
end_reading(const struct server *s, int fd)
{
    struct sockaddr_in name = {0};
    socklen_t len = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &len) == 0 &&
        len == sizeof name && name.sin_family == AF_INET &&
        is_our_port(s, ntohs(name.sin_port)))
        (void)shutdown(fd, SHUT_RD);
}

/*
 * A thread that waits for a client, or for a connection, looks only every two
 * seconds whether it should stop.  So wake them all; what is being sent still
 * goes out.  civetweb does not say which sockets it has; the kernel does.
 */
static void
end_waiting(const struct server *s)
{
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;

    if (folder == NULL)
        return; /* then it takes those two seconds */
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the folder is ours alone */
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.')
            end_reading(s, (int)strtol(entry->d_name, NULL, 10));
    }
    closedir(folder);
}

void
server_stop(struct server *s)
{
    if (s == NULL)
        return;
    if (s->context != NULL) {
        end_waiting(s);
        mg_stop(s->context);
    }
    (void)mg_exit_library();
    free(s);
}
