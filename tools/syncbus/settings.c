#include "tools/syncbus/settings.h"

static const struct option_row rows[] = {
    {.name = "hub",
     .argument = "ADDRESS",
     .help = "The state aggregator: tcp://ADDR or ipc:///DIR (default"
             " ipc://$XDG_RUNTIME_DIR/syncbus, for root ipc:///run/syncbus)",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, hub)},
    {.name = "hub-feed",
     .argument = "ADDRESS",
     .help = "Another address of its feed: tcp://ADDR:PORT or ipc:///PATH",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, hub_feed)},
    {.name = "hub-control",
     .argument = "ADDRESS",
     .help = "Another address for commands, likewise",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, hub_control)},
};

const struct option_table settings_shared = {
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};
