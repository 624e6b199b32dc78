#include "gateway/manual.h"

#include <stddef.h>

static const struct option_note files[] = {
    {"/run/syncbus/", "Sockets of the hub that runs as root."},
    {"$XDG_RUNTIME_DIR/syncbus/", "Sockets of a user's hub."},
    {NULL, NULL},
};

static const struct option_note environment[] = {
    {"NOTIFY_SOCKET", "Where to tell a service manager that it is ready."},
    {NULL, NULL},
};

static const struct option_note examples[] = {
    {"curl -X POST http://127.0.0.1:7570/api/sync/getSyncInfo",
     "How far is the synchronisation?"},
    {"syncbus-gateway --listen 0.0.0.0:7570 --api-token-file "
     "/etc/syncbus/token",
     "For other machines, with a token, and TLS by a reverse proxy:"},
    {NULL, NULL},
};

static const struct option_note see_also[] = {
    {"curl", "1"},           {"syncbus", "1"}, {"syncbus-aggregator", "8"},
    {"syncbus-engine", "8"}, {NULL, NULL},
};

const struct option_manual manual_gateway = {
    .section = 8,
    .description =
        "It keeps a copy of what the hub knows of every engine and answers"
        " HTTP from it at once, also while an engine is busy, silent or gone:"
        " getSyncInfo and the rest of SiYuan's sync API, /v1 for programs,"
        " streams of events, metrics and a dashboard. /openapi.json describes"
        " all of it.\n"
        "Without a token or an access code only this machine may call, and it"
        " refuses to listen on another address. TLS is the reverse proxy's"
        " job. SIGTERM and SIGINT end it.",
    .environment = environment,
    .files = files,
    .examples = examples,
    .see_also = see_also,
};
