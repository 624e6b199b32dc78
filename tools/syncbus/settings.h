/* settings.h - what the options of all commands fill. */
#ifndef TOOLS_SYNCBUS_SETTINGS_H
#define TOOLS_SYNCBUS_SETTINGS_H

#include "services/runtime/hub_address.h"
#include "services/runtime/options.h"

struct settings {
    struct hub_address hub;     /* first: hub_address_options */
    struct option_list engines; /* status, watch, doctor */
    const char *engine;         /* sync, cancel, enable, disable */
    struct option_list words;   /* log */
    const char *shell;          /* completion */
    bool json, ids, upload, download, wait;
    long timeout_s, run, limit, after;
    const char *state, *workspace, *local_path; /* doctor */
};

#endif
