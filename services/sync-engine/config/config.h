/*
 * config.h - the options of syncbus-engine and what must be true of them.
 */
#ifndef SERVICES_SYNC_ENGINE_CONFIG_CONFIG_H
#define SERVICES_SYNC_ENGINE_CONFIG_CONFIG_H

#include "proto/topic.h"
#include "services/runtime/hub_address.h"
#include "services/runtime/options.h"
#include "services/sync-engine/config/siyuan_conf.h"
#include "services/sync-engine/engine.h"

#define CONFIG_PATH_MAX 4096

/* The fields of the option table, and the texts made of defaults. */
struct config {
    struct hub_address hub; /* first: hub_address_engine_options */
    const char *id;
    const char *workspace;
    const char *state;
    const char *provider;
    const char *cloud_name;
    const char *local_path;
    char *repo_key;
    char *repo_passphrase;
    const char *siyuan_conf;
    const char *mode;
    const char *direction;
    long interval_s;
    long concurrency;
    long max_delete;
    long retention_days;
    long retention_daily;
    bool watch;
    bool once;
    bool dry_run;
    bool conflict_docs;
    bool share_names;
    bool beside_kernel;
};

extern const struct option_table config_table;

/* What config_check() makes of a config; the engine's options point here. */
struct config_checked {
    struct engine_options engine;
    char id[TOPIC_ID_MAX];
    char host[256];
    char state[CONFIG_PATH_MAX];
    struct endpoints hub;
    struct siyuan_conf siyuan; /* without the key */
};

#define CONFIG_WRONG 1

/*
 * Check everything and fill out.  Reads the file system, changes nothing.
 *
 * Returns 0, or CONFIG_WRONG after one line that says what is wrong, where,
 * and what to do.
 */
int config_check(struct config_checked *out, const struct config *c);

#endif
