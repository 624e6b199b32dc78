#include "proto/topic.h"
#include "services/runtime/log.h"
#include "services/runtime/program.h"
#include "services/state-aggregator/cache.h"
#include "services/state-aggregator/hub.h"
#include "services/state-aggregator/manual.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct settings {
    const char *listen, *listen_ingest, *listen_feed, *listen_control;
    long max_engines;
    bool insecure;
};

static const struct option_row rows[] = {
    {.name = "listen",
     .argument = "ADDRESS",
     .help = "Where to listen: tcp://ADDR (ports 7571 to 7573) or ipc:///DIR"
             " (default ipc://$XDG_RUNTIME_DIR/syncbus, for root"
             " ipc:///run/syncbus)",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen)},
    {.name = "listen-ingest",
     .argument = "ADDRESS",
     .help = "Another address for engines: tcp://ADDR:PORT or ipc:///PATH",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen_ingest)},
    {.name = "listen-feed",
     .argument = "ADDRESS",
     .help = "Another address for subscribers, likewise",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen_feed)},
    {.name = "listen-control",
     .argument = "ADDRESS",
     .help = "Another address for commands, likewise; none when only the two"
             " above are given",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen_control)},
    {.name = "max-engines",
     .argument = "ENGINES",
     .help = "More are refused",
     .fallback = "10000",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = CACHE_ENGINES_MAX,
     .offset = offsetof(struct settings, max_engines)},
    {.name = "insecure",
     .help = "Listen without keys where other machines can connect",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, insecure)},
};

/* Keys that are silently ignored would be worse than none. */
#define UNTIL_KEYS "listen on ipc or loopback, or behind a tunnel"

static const struct option_later later[] = {
    {"keys", UNTIL_KEYS},
    {"curve-key-file", UNTIL_KEYS},
    {NULL, NULL},
};

struct aggregator {
    struct hub *hub;
};

static int
choose(char address[ENDPOINT_MAX], const char *option, const char *text)
{
    if (text == NULL)
        return 0;
    if (!endpoint_is_valid(text)) {
        log_line(LOG_ERROR,
                 "--%s: \"%s\" is neither tcp://ADDR:PORT nor ipc:///PATH"
                 " (at most 107 bytes)",
                 option, text);
        return PROGRAM_CONFIG;
    }
    (void)snprintf(address, ENDPOINT_MAX, "%s", text);
    return 0;
}

/* Without --listen and with an address for each of the others. */
static bool
needs_no_base(const struct settings *s)
{
    return s->listen == NULL && s->listen_ingest != NULL &&
           s->listen_feed != NULL;
}

static int
derive_endpoints(struct endpoints *out, const struct settings *s)
{
    int rc;

    if (needs_no_base(s))
        return 0;
    rc = endpoints_init(out, s->listen);
    if (rc == -ENOENT) {
        log_line(LOG_ERROR, "XDG_RUNTIME_DIR is not set: use --listen");
    } else if (rc != 0) {
        log_line(LOG_ERROR,
                 "--listen: \"%s\" is neither tcp://ADDR nor ipc:///DIR%s",
                 s->listen != NULL ? s->listen : "the default",
                 rc == -ENAMETOOLONG ? " (too long)" : "");
    }
    return rc != 0 ? PROGRAM_CONFIG : 0;
}

static int
choose_endpoints(struct endpoints *out, const struct settings *s)
{
    int rc;

    *out = (struct endpoints){.control = ""};
    rc = derive_endpoints(out, s);
    if (rc == 0)
        rc = choose(out->ingest, "listen-ingest", s->listen_ingest);
    if (rc == 0)
        rc = choose(out->feed, "listen-feed", s->listen_feed);
    return rc != 0 ? rc
                   : choose(out->control, "listen-control", s->listen_control);
}

/* Without keys, nobody but this machine may connect. */
static int
check_security(const char *endpoint, bool insecure)
{
    if (endpoint_is_local(endpoint))
        return 0;
    log_line(insecure ? LOG_WARN : LOG_ERROR,
             insecure ? "%s: open to everybody who can reach it (--insecure)"
                      : "%s: other machines can connect and there are no keys;"
                        " listen on ipc or loopback, or say --insecure",
             endpoint);
    return insecure ? 0 : PROGRAM_CONFIG;
}

/* One descriptor per peer: the usual soft limit of 1024 is too small. */
static void
raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_line(LOG_WARN, "descriptors: %s", strerrordesc_np(errno));
}

static int
setup(void *self, const void *options, int stop_fd)
{
    struct aggregator *a = self;
    const struct settings *s = options;
    struct hub_options hub = {.max_engines = (size_t)s->max_engines,
                              .stop_fd = stop_fd};
    char host[256] = "", id[TOPIC_ID_MAX];
    int rc = choose_endpoints(&hub.listen, s);

    if (rc == 0)
        rc = check_security(hub.listen.feed, s->insecure);
    if (rc == 0)
        rc = check_security(hub.listen.ingest, s->insecure);
    if (rc == 0 && hub.listen.control[0] != '\0')
        rc = check_security(hub.listen.control, s->insecure);
    if (rc != 0)
        return rc;
    raise_descriptor_limit();
    (void)gethostname(host, sizeof host - 1);
    topic_make_id(id, host);
    hub.id = id;
    return hub_new(&a->hub, &hub);
}

static int
run(void *self)
{
    struct aggregator *a = self;

    return hub_run(a->hub);
}

static void
teardown(void *self)
{
    struct aggregator *a = self;

    hub_free(a->hub);
}

int
main(int argc, char *argv[])
{
    struct settings settings = {0};
    struct aggregator a = {0};
    struct program program = {
        .table = {.program = "syncbus-aggregator",
                  .purpose = "State aggregator: the latest state of every"
                             " engine, for any number of subscribers.",
                  .rows = rows,
                  .count = sizeof rows / sizeof *rows,
                  .later = later,
                  .manual = &manual_aggregator},
        .options = &settings,
        .self = &a,
        .setup = setup,
        .run = run,
        .teardown = teardown,
    };

    return program_main(&program, argc, argv);
}
