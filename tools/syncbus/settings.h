/*
 * settings.h - what the options of all commands fill, and the tables every
 * command shares.
 */
#ifndef TOOLS_SYNCBUS_SETTINGS_H
#define TOOLS_SYNCBUS_SETTINGS_H

#include "services/runtime/options.h"

struct settings {
    const char *hub, *hub_feed, *hub_control;
    struct option_list engines; /* status, watch, doctor */
    const char *engine;         /* sync, cancel, enable, disable */
    struct option_list words;   /* log */
    const char *shell;          /* completion */
    bool json, ids, upload, download, wait;
    long timeout_s, run, limit, after;
    const char *state, *workspace, *local_path; /* doctor */
};

/* The addresses of the hub. */
extern const struct option_table settings_shared;

#endif
