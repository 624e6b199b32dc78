#include "proto/topic.h"
#include "services/runtime/hub_address.h"
#include "services/runtime/log.h"
#include "services/runtime/program.h"
#include "services/state-aggregator/cache.h"
#include "services/state-aggregator/hub.h"
#include "services/state-aggregator/manual.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct settings {
    struct hub_address listen;
    long max_engines;
};

static const struct option_row rows[] = {
    {.name = "listen",
     .argument = "ADDRESS",
     .help = "Where to listen: tcp://ADDR (ports 7571 to 7573) or ipc:///DIR"
             " (default ipc://$XDG_RUNTIME_DIR/syncbus, for root"
             " ipc:///run/syncbus)",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen.base)},
    {.name = "listen-ingest",
     .argument = "ADDRESS",
     .help = "Another address for engines: tcp://ADDR:PORT or ipc:///PATH",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen.ingest)},
    {.name = "listen-feed",
     .argument = "ADDRESS",
     .help = "Another address for subscribers, likewise",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen.feed)},
    {.name = "listen-control",
     .argument = "ADDRESS",
     .help = "Another address for commands, likewise; none when only the two"
             " above are given",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, listen.control)},
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
     .offset = offsetof(struct settings, listen.insecure)},
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

/* Without keys, nobody but this machine may connect. */
static int
check_security(const struct endpoints *listen, bool insecure)
{
    const unsigned all = HUB_INGEST | HUB_FEED | HUB_CONTROL;
    const char *open_to_all = hub_address_remote(listen, all);

    if (open_to_all == NULL)
        return 0;
    log_line(insecure ? LOG_WARN : LOG_ERROR,
             insecure ? "%s: open to everybody who can reach it (--insecure)"
                      : "%s: other machines can connect and there are no keys;"
                        " listen on ipc or loopback, or say --insecure",
             open_to_all);
    return insecure ? 0 : PROGRAM_CONFIG;
}

/* A hub needs no socket for commands when the other two are named. */
static int
choose_endpoints(struct endpoints *out, const struct settings *s)
{
    char why[HUB_ADDRESS_WHY];

    if (hub_address_choose(out, &s->listen, "listen", HUB_INGEST | HUB_FEED,
                           why) != 0) {
        log_line(LOG_ERROR, "%s", why);
        return PROGRAM_CONFIG;
    }
    return check_security(out, s->listen.insecure);
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

    if (rc != 0)
        return rc;
    /* One for each peer: the usual soft limit of 1024 is too small. */
    program_raise_descriptors();
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
