#include "services/state-aggregator/manual.h"

#include <stddef.h>

static const struct option_note files[] = {
    {"/run/syncbus/", "The sockets ingest, feed and control, when root runs"
                      " it; the folder is made with mode 0750."},
    {"$XDG_RUNTIME_DIR/syncbus/", "The same, of a user."},
    {NULL, NULL},
};

static const struct option_note environment[] = {
    {"NOTIFY_SOCKET", "Where to tell a service manager that it is ready."},
    {NULL, NULL},
};

static const struct option_note examples[] = {
    {"syncbus-aggregator", "For this machine alone, over sockets in the"
                           " runtime folder:"},
    {"syncbus-aggregator --listen ipc:///srv/bus",
     "In a folder that a service account may use:"},
    {NULL, NULL},
};

static const struct option_note see_also[] = {
    {"syncbus", "1"},
    {"syncbus-health", "1"},
    {"syncbus-engine", "8"},
    {"syncbus-gateway", "8"},
    {NULL, NULL},
};

const struct option_manual manual_aggregator = {
    .section = 8,
    .description =
        "The hub of the bus. Engines publish what they do; it judges who is"
        " alive and which message is newer, keeps the latest state of each,"
        " and gives it to any number of subscribers, to a new one all at"
        " once. It passes commands to engines and their replies back.\n"
        "It keeps everything in memory: a hub that was restarted is complete"
        " again within two seconds. SIGTERM and SIGINT end it.",
    .environment = environment,
    .files = files,
    .examples = examples,
    .see_also = see_also,
};
