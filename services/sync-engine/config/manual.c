#include "services/sync-engine/config/manual.h"

#include <stddef.h>

static const struct option_note files[] = {
    {"STATE/repo/", "The engine's own repository; never share it with a"
                    " running kernel."},
    {"STATE/journal", "The last completed step of a run."},
    {"STATE/runs.jsonl", "One line per finished run, the last thousand."},
    {"STATE/changes/", "The files that the last runs changed."},
    {"STATE/device-id", "Random, and the same for the life of the folder."},
    {"STATE/disabled", "There while syncing is switched off."},
    {"STATE/lock", "Held by the engine: one per state folder."},
    {"WORKSPACE/history/", "Versions that lost a conflict, in SiYuan's form."},
    {"WORKSPACE/.lock", "Held by a SiYuan kernel that has the workspace open;"
                        " the engine then starts only with --beside-kernel."},
    {NULL, NULL},
};

static const struct option_note environment[] = {
    {"XDG_STATE_HOME", "Where the default of --state is, for a user."},
    {"XDG_RUNTIME_DIR",
     "Where the default of --hub is, for a user; /run/user/UID when it"
     " is not set."},
    {"NOTIFY_SOCKET", "Where to tell a service manager that it is ready."},
    {NULL, NULL},
};

static const struct option_note exit_status[] = {
    {"0", "Asked to stop; with --once: the run ended well."},
    {"1", "Failed at run time; with --once: the run failed."},
    {"2", "Wrong usage or configuration; one line says what and where."},
    {NULL, NULL},
};

static const struct option_note examples[] = {
    {"syncbus-engine --once --dry-run --workspace ~/SiYuan --local-path"
     " /mnt/nas --repo-key-file ~/siyuan.key",
     "What would a sync do? Nothing is changed:"},
    {"syncbus-engine --workspace ~/SiYuan --local-path /mnt/nas"
     " --repo-key-file ~/siyuan.key",
     "Sync now, after every edit and every 30 seconds:"},
    {NULL, NULL},
};

static const struct option_note see_also[] = {
    {"syncbus", "1"},
    {"syncbus-sample", "1"},
    {"syncbus-aggregator", "8"},
    {"syncbus-gateway", "8"},
    {NULL, NULL},
};

const struct option_manual manual_engine = {
    .section = 8,
    .description =
        "It makes snapshots of a SiYuan workspace, merges them with those of"
        " other devices in a store, end-to-end encrypted, and publishes how"
        " far it is. SiYuan need not run.\n"
        "A run may be stopped anywhere, by a signal or a power cut: the next"
        " one goes on, and the store is whole at any moment. The version of a"
        " file that loses a conflict is kept. Without a hub it syncs all the"
        " same. SIGTERM and SIGINT stop a run at its next safe point.\n"
        "Stores in WebDAV and S3, limits of speed and keys for a hub on another"
        " machine (CURVE) are not there yet; their options are refused by"
        " name.",
    .environment = environment,
    .files = files,
    .exit_status = exit_status,
    .examples = examples,
    .see_also = see_also,
};
