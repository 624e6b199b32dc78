#include "services/runtime/hub_address.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#define SOCKETS 3

/* The last is an engine's alone. */
static const struct option_row rows[] = {
    {.name = "hub",
     .argument = "ADDRESS",
     .help = "The state aggregator: tcp://ADDR or ipc:///DIR (default"
             " ipc://$XDG_RUNTIME_DIR/syncbus, for root ipc:///run/syncbus)",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct hub_address, base)},
    {.name = "hub-feed",
     .argument = "ADDRESS",
     .help = "Another address of its feed: tcp://ADDR:PORT or ipc:///PATH",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct hub_address, feed)},
    {.name = "hub-control",
     .argument = "ADDRESS",
     .help = "Another address of its control socket, likewise",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct hub_address, control)},
    {.name = "insecure",
     .help = "Allow a hub on another machine without CURVE",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct hub_address, insecure)},
    {.name = "hub-ingest",
     .argument = "ADDRESS",
     .help = "Another address of its socket for engines, likewise",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct hub_address, ingest)},
};

#define ROWS (sizeof rows / sizeof *rows)

const struct option_table hub_address_options = {
    .rows = rows,
    .count = ROWS - 1,
};

const struct option_table hub_address_engine_options = {
    .rows = rows,
    .count = ROWS,
};

struct socket_row {
    enum hub_socket bit;
    const char *name;
    size_t given, endpoint; /* offsets in the two structs */
};

static const struct socket_row sockets[SOCKETS] = {
    {HUB_INGEST, "ingest", offsetof(struct hub_address, ingest),
     offsetof(struct endpoints, ingest)},
    {HUB_FEED, "feed", offsetof(struct hub_address, feed),
     offsetof(struct endpoints, feed)},
    {HUB_CONTROL, "control", offsetof(struct hub_address, control),
     offsetof(struct endpoints, control)},
};

static const char *
given_of(const struct hub_address *given, const struct socket_row *row)
{
    return *(const char *const *)((const char *)given + row->given);
}

static bool
all_given(const struct hub_address *given, unsigned uses)
{
    for (size_t i = 0; i < SOCKETS; i++) {
        if ((uses & sockets[i].bit) != 0 &&
            given_of(given, &sockets[i]) == NULL)
            return false;
    }
    return true;
}

static int
derive(struct endpoints *out, const struct hub_address *given,
       const char *option, char why[HUB_ADDRESS_WHY])
{
    int rc = endpoints_init(out, given->base);

    if (rc != 0) {
        (void)snprintf(why, HUB_ADDRESS_WHY,
                       "--%s: \"%s\" is neither tcp://ADDR nor ipc:///DIR%s",
                       option,
                       given->base != NULL ? given->base : "the default",
                       rc == -ENAMETOOLONG ? " (too long)" : "");
    }
    return rc != 0 ? -EINVAL : 0;
}

int
hub_address_choose(struct endpoints *out, const struct hub_address *given,
                   const char *option, unsigned uses, char why[HUB_ADDRESS_WHY])
{
    *out = (struct endpoints){.control = ""};
    if ((given->base != NULL || !all_given(given, uses)) &&
        derive(out, given, option, why) != 0)
        return -EINVAL;
    for (size_t i = 0; i < SOCKETS; i++) {
        const char *text = given_of(given, &sockets[i]);

        if (text == NULL)
            continue;
        if (!endpoint_is_valid(text)) {
            (void)snprintf(why, HUB_ADDRESS_WHY,
                           "--%s-%s: \"%s\" is neither tcp://ADDR:PORT nor"
                           " ipc:///PATH (at most 107 bytes)",
                           option, sockets[i].name, text);
            return -EINVAL;
        }
        (void)snprintf((char *)out + sockets[i].endpoint, ENDPOINT_MAX, "%s",
                       text);
    }
    return 0;
}

const char *
hub_address_remote(const struct endpoints *hub, unsigned uses)
{
    for (size_t i = 0; i < SOCKETS; i++) {
        const char *endpoint = (const char *)hub + sockets[i].endpoint;

        if ((uses & sockets[i].bit) != 0 && endpoint[0] != '\0' &&
            !endpoint_is_local(endpoint))
            return endpoint;
    }
    return NULL;
}
