#include "gateway/manual.h"
#include "gateway/metrics/requests.h"
#include "gateway/server.h"
#include "gateway/service.h"
#include "gateway/siyuan/answers.h"
#include "gateway/stream/streams.h"
#include "services/bus-client/feed.h"
#include "services/runtime/hub_address.h"
#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/program.h"
#include "services/runtime/stop.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct settings {
    struct hub_address hub; /* first: hub_address_options */
    struct option_list listen, trusted_proxies;
    const char *engine, *lang;
    char *api_token, *reader_token, *access_code;
    long threads, max_streams;
};

static const struct option_row rows[] = {
    {.name = "listen",
     .argument = "HOST:PORT",
     .help = "Where to answer HTTP; port 0 takes a free one; other"
             " addresses than loopback need a token or an access code",
     .fallback = "127.0.0.1:7570",
     .kind = OPTION_LIST,
     .offset = offsetof(struct settings, listen)},
    {.name = "engine",
     .argument = "ID",
     .help = "The engine getSyncInfo describes when a request names none"
             " (default: the first live one)",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, engine)},
    {.name = "lang",
     .argument = "LANGUAGE",
     .help = "Language of texts",
     .fallback = "en",
     .kind = OPTION_CHOICE,
     .choices = "en|zh-CN",
     .offset = offsetof(struct settings, lang)},
    {.name = "trusted-proxy",
     .argument = "ADDR",
     .help = "Believe X-Forwarded-For from this address",
     .kind = OPTION_LIST,
     .offset = offsetof(struct settings, trusted_proxies)},
    {.name = "threads",
     .argument = "THREADS",
     .help = "Connections served at once, silent and kept-alive ones included",
     .fallback = "1100",
     .kind = OPTION_NUMBER,
     .min = 4,
     .max = 10000,
     .offset = offsetof(struct settings, threads)},
    {.name = "max-streams",
     .argument = "STREAMS",
     .help = "Streams of events and WebSockets open at once; they need no"
             " threads",
     .fallback = "1000",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = 100000,
     .offset = offsetof(struct settings, max_streams)},
    {.name = "api-token",
     .argument = "TOKEN",
     .help = "Token of the administrator",
     .kind = OPTION_SECRET,
     .offset = offsetof(struct settings, api_token)},
    {.name = "reader-token",
     .argument = "TOKEN",
     .help = "Token that may look but not act",
     .kind = OPTION_SECRET,
     .offset = offsetof(struct settings, reader_token)},
    {.name = "access-code",
     .argument = "CODE",
     .help = "Password of the administrator (HTTP Basic, any user name)",
     .kind = OPTION_SECRET,
     .offset = offsetof(struct settings, access_code)},
};

#define HUB_SOCKETS (HUB_FEED | HUB_CONTROL)
#define UNTIL_KEYS  "use a hub on this machine, or a tunnel to it"

static const struct option_later later[] = {
    {"curve-key-file", UNTIL_KEYS},
    {"hub-public-key", UNTIL_KEYS},
    {NULL, NULL},
};

struct gateway {
    struct service service;
    bool has_lockout, has_sessions;
    struct endpoints hub;
    struct listen_address listen[SERVER_LISTEN_MAX];
    struct feed *feed;
    struct operator_port *control;
    struct server *server;
    int stop_fd; /* not owned */
};

/* What is heard there can be forged, and what is said can be read. */
static int
check_local(const struct endpoints *hub, bool insecure)
{
    const char *remote = hub_address_remote(hub, HUB_SOCKETS);

    if (remote == NULL)
        return 0;
    if (!insecure) {
        log_line(LOG_ERROR,
                 "hub %s is on another machine and the connection is not"
                 " encrypted; " UNTIL_KEYS ", or --insecure",
                 remote);
        return PROGRAM_CONFIG;
    }
    log_line(LOG_WARN, "hub %s: not encrypted, not authenticated", remote);
    return 0;
}

static int
choose_hub(struct gateway *g, const struct settings *s)
{
    char why[HUB_ADDRESS_WHY];

    if (hub_address_choose(&g->hub, &s->hub, "hub", HUB_SOCKETS, why) != 0) {
        log_line(LOG_ERROR, "%s", why);
        return PROGRAM_CONFIG;
    }
    return check_local(&g->hub, s->hub.insecure);
}

static bool
has_secret(const struct settings *s)
{
    return s->api_token != NULL || s->reader_token != NULL ||
           s->access_code != NULL;
}

static int
choose_listen(struct gateway *g, const struct settings *s)
{
    for (size_t i = 0; i < s->listen.count; i++) {
        const char *text = s->listen.value[i];
        int rc = listen_parse(&g->listen[i], text);

        if (rc != 0) {
            log_line(LOG_ERROR, "--listen: \"%s\" %s", text,
                     rc == -ENOENT ? "names no machine that is known here"
                     : rc == -EAFNOSUPPORT
                         ? "is IPv6, which the web server was built without:"
                           " listen on IPv4 and let the reverse proxy do IPv6"
                         : "is not HOST:PORT");
            return PROGRAM_CONFIG;
        }
        if (!g->listen[i].is_loopback && !has_secret(s)) {
            log_line(LOG_ERROR,
                     "--listen: other machines can reach %s and anybody could"
                     " ask: set --api-token-file or --access-code-file, or"
                     " listen on 127.0.0.1",
                     text);
            return PROGRAM_CONFIG;
        }
    }
    return 0;
}

static int
choose_proxies(struct request_proxies *out, const struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *text = list->value[i];

        if (address_parse(&out->address[i], text, strlen(text)) != 0) {
            log_line(LOG_ERROR, "--trusted-proxy: \"%s\" is no IP address",
                     text);
            return PROGRAM_CONFIG;
        }
        out->count = i + 1;
    }
    return 0;
}

static int
configure(struct gateway *g, const struct settings *s)
{
    int rc = choose_hub(g, s);

    if (rc == 0)
        rc = choose_listen(g, s);
    if (rc == 0)
        rc = choose_proxies(&g->service.proxies, &s->trusted_proxies);
    if (rc == 0 && s->engine != NULL && !topic_is_id(s->engine)) {
        log_line(LOG_ERROR, "--engine: \"%s\" is no id of an engine",
                 s->engine);
        rc = PROGRAM_CONFIG;
    }
    (void)lang_parse(&g->service.lang, s->lang);
    g->service.secrets = (struct auth_secrets){.api_token = s->api_token,
                                               .reader_token = s->reader_token,
                                               .access_code = s->access_code};
    return rc;
}

static int
start(struct gateway *g, const struct settings *s)
{
    struct answers_options answers = {.engine = s->engine,
                                      .lang = g->service.lang};
    struct streams_options streams = {
        .engine = s->engine,
        .lang = g->service.lang,
        .max = (unsigned)s->max_streams,
        .count = {&g->service.open_streams.sse,
                  &g->service.open_streams.websocket}};
    struct feed_options feed = {.endpoint = g->hub.feed};
    struct operator_options commands = {.endpoint = g->hub.control};
    struct server_options server = {.listen = g->listen,
                                    .listen_count = s->listen.count,
                                    .threads = (unsigned)s->threads,
                                    .service = &g->service};
    int rc = lockout_init(&g->service.lockout);

    g->has_lockout = rc == 0;
    if (rc == 0)
        rc = session_init(&g->service.sessions);
    g->has_sessions = g->has_lockout && rc == 0;
    if (rc == 0)
        rc = mirror_new(&g->service.mirror);
    answers.mirror = feed.mirror = streams.mirror = g->service.mirror;
    streams.sessions = &g->service.sessions;
    if (rc == 0)
        rc = answers_new(&g->service.answers, &answers);
    if (rc == 0)
        rc = streams_start(&g->service.streams, &streams);
    if (rc == 0)
        rc = requests_new(&g->service.requests);
    if (rc == 0)
        rc = operator_start(&g->control, &commands);
    g->service.calls.control = g->control;
    g->service.calls.max = server.threads / 4;
    if (rc == 0)
        rc = server_start(&g->server, &server);
    if (rc == 0)
        rc = feed_start(&g->feed, &feed);
    return rc;
}

static int
setup(void *self, const void *options, int stop_fd)
{
    struct gateway *g = self;
    char addresses[SERVER_LISTEN_MAX * (LISTEN_TEXT_MAX + 16)];
    int rc = configure(g, options);

    g->stop_fd = stop_fd;
    if (rc != 0)
        return rc;
    /* One for each connection: the usual soft limit of 1024 is too small. */
    program_raise_descriptors();
    rc = start(g, options);
    if (rc != 0)
        return rc;
    server_describe(g->server, addresses, sizeof addresses);
    notify_ready("%s feed %s", addresses, g->hub.feed);
    return 0;
}

static int
run(void *self)
{
    struct gateway *g = self;
    struct pollfd fd = {.fd = g->stop_fd, .events = POLLIN};

    while (poll(&fd, 1, -1) >= 0 || errno == EINTR) {
        if (stop_requested(g->stop_fd))
            return 0;
    }
    return -errno;
}

static void
teardown(void *self)
{
    struct gateway *g = self;

    feed_stop(g->feed);
    /* Requests that wait would keep the server from stopping. */
    if (g->service.mirror != NULL)
        mirror_end_waits(g->service.mirror);
    operator_end_calls(g->control);
    streams_stop(g->service.streams);
    server_stop(g->server);
    streams_free(g->service.streams);
    operator_stop(g->control);
    requests_free(g->service.requests);
    answers_free(g->service.answers);
    mirror_free(g->service.mirror);
    if (g->has_sessions)
        session_clear(&g->service.sessions);
    if (g->has_lockout)
        lockout_clear(&g->service.lockout);
}

int
main(int argc, char *argv[])
{
    static struct gateway g; /* the throttle's table is too big to stack */
    struct settings settings = {0};
    struct program program = {
        .table = {.program = "syncbus-gateway",
                  .purpose = "Gateway: answers getSyncInfo over HTTP from a"
                             " copy of every engine's state.",
                  .rows = rows,
                  .count = sizeof rows / sizeof *rows,
                  .shared = &hub_address_options,
                  .later = later,
                  .manual = &manual_gateway},
        .options = &settings,
        .self = &g,
        .setup = setup,
        .run = run,
        .teardown = teardown,
    };

    return program_main(&program, argc, argv);
}
