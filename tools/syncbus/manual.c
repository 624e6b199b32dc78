#include "tools/syncbus/manual.h"

#include <stddef.h>

static const struct option_note environment[] = {
    {"SYNCBUS_...", "One environment serves all programs of syncbus, so that a"
                    " service's file can be sourced: what a command shares"
                    " with a service (--hub, --state, --workspace,"
                    " --local-path) means the same to both. Where it would"
                    " not, the variable has the command in its name:"
                    " SYNCBUS_SYNC_TIMEOUT."},
    {"NO_COLOR", "When it is set and not empty, there are no colours."},
    {"TERM", "When it is dumb or not set, watch prints plain lines."},
    {NULL, NULL},
};

static const struct option_note exit_status[] = {
    {"0", "Done, or asked to stop. With sync --wait: the run ended well."},
    {"1", "Failed at run time: no answer from the hub, the engine refused, the"
          " run failed, doctor found a fault."},
    {"2", "Wrong usage: an unknown option, an engine that has to be named."},
    {NULL, NULL},
};

static const struct option_note examples[] = {
    {"syncbus status", "What every engine does:"},
    {"syncbus sync --wait nas.notes && shutdown now",
     "Sync once more, and only then go to sleep:"},
    {"syncbus --hub tcp://hub.example --insecure watch",
     "Watch the hub of another machine, over a network that you trust:"},
    {"syncbus status --json | jq '.engines[].state'", "For a script:"},
    {NULL, NULL},
};

static const struct option_note files[] = {
    {"/run/syncbus/", "Sockets of the hub that runs as root."},
    {"$XDG_RUNTIME_DIR/syncbus/", "Sockets of a user's hub."},
    {NULL, NULL},
};

static const struct option_note see_also[] = {
    {"syncbus-health", "1"},
    {"syncbus-aggregator", "8"},
    {"syncbus-engine", "8"},
    {"syncbus-gateway", "8"},
    {NULL, NULL},
};

const struct option_manual manual_syncbus = {
    .section = 1,
    .description =
        "The command line of syncbus shows what the engines of a bus do, and"
        " tells them what to do. It speaks to the hub, syncbus-aggregator,"
        " and needs no gateway.\n"
        "Names of files and other texts of engines are printed with control"
        " characters escaped.",
    .environment = environment,
    .files = files,
    .exit_status = exit_status,
    .examples = examples,
    .see_also = see_also,
};

static const struct option_note status_exit[] = {
    {"0", "The table was printed, whatever it says."},
    {"1", "No answer from the hub within 2 s, or an engine that was named is"
          " not known."},
    {"2", "Wrong usage."},
    {NULL, NULL},
};

const struct option_manual manual_status = {
    .description =
        "A table fitted to the terminal: state, progress, when it synced"
        " last, when it does next, how its last run failed; below, what to do"
        " about it. States: idle, queued, syncing, error, disabled, stalled"
        " (syncing, but nothing moves for a minute), offline, unknown (the"
        " hub fell silent).\n"
        "With --json one object: hub, bus (up or down), asOfMs, and engines,"
        " a list of engine, state, live, ageMs, providerName, cloudName,"
        " enabled, syncing, progress (current, total, percent, phase,"
        " overallPercent, bytesCurrent, bytesTotal, bytesPerSecond,"
        " etaSeconds, item, elapsedMs, stalled), run, message, synced,"
        " lastError (code, msg, remedy, retryable, cause, at), nextRunAt,"
        " failuresInARow, lastRun, counts, repo, head, host, os, version, "
        "software,"
        " startedAt, upMs, lostMessages. Moments are milliseconds since 1970,"
        " null is unknown; fields are only ever added.",
    .exit_status = status_exit,
};

const struct option_manual manual_watch = {
    .description =
        "On a terminal a line per engine, redrawn in place; those at work come"
        " first when there are more than fit. Elsewhere a line with the time"
        " for every change of state, run or phase. It goes on while the hub"
        " is away, and says so.",
};

static const struct option_note sync_exit[] = {
    {"0", "The engine promised a run; with --wait: it ended well."},
    {"1", "The engine did not answer or refused; with --wait also: the run"
          " failed, the time was over, the engine went away."},
    {"2", "Wrong usage, or several engines are live and none was named."},
    {NULL, NULL},
};

const struct option_manual manual_sync = {
    .description =
        "A request made while a run is under way is covered by the next one."
        " With --wait the end of the run that covers it is awaited, and an"
        " error is told with its remedy.",
    .exit_status = sync_exit,
};

static const struct option_note cancel_exit[] = {
    {"0", "The engine stops; `syncbus watch` shows when it has."},
    {"1", "The engine did not answer or refused, or no run, or not that one,"
          " is under way."},
    {"2", "Wrong usage, or several engines are live and none was named."},
    {NULL, NULL},
};

const struct option_manual manual_cancel = {
    .description = "What was done so far stays valid, and the next run goes on"
                   " from there. A run that was asked for and has not begun"
                   " is called off.",
    .exit_status = cancel_exit,
};

static const struct option_note log_exit[] = {
    {"0", "The rows were printed, if there are any."},
    {"1", "The engine did not answer, or does not keep that run any more."},
    {"2", "Wrong usage, or several engines are live and none was named."},
    {NULL, NULL},
};

const struct option_manual manual_log = {
    .description =
        "Runs are those the engine has finished, changes the files of one of"
        " them: added, changed or removed in the workspace, or sent. A"
        " conflict has a winner, local or cloud; the version that lost is"
        " kept in a file.\n"
        "With --json one object: engine, then runs, changes (with run) or"
        " conflicts, then next, which --after takes, or null. A run has run,"
        " ok, code, at, durationMs, direction, uploaded, downloaded, changes"
        " and error; a change kind, path and bytes; a conflict run, path,"
        " kind, winner and kept.",
    .exit_status = log_exit,
};

static const struct option_note doctor_exit[] = {
    {"0", "Nothing failed; there may be warnings."},
    {"1", "Something failed; the lines say what, and what to do."},
    {"2", "Wrong usage."},
    {NULL, NULL},
};

const struct option_manual manual_doctor = {
    .description =
        "It watches the hub for a few seconds (does it answer at once, does"
        " it beat every second, does it take commands, did it refuse"
        " messages), then every engine (is it there, does it move, how did"
        " its last run end, is it overdue, is its clock right, which version"
        " is it, does another have its id, does it answer), and the sockets'"
        " folder. Of an engine on this machine it also looks at the folders"
        " that are named. It changes nothing.\n"
        "With --json one object: ok, and checks, a list of level (ok, warn,"
        " fail), check, engine, text and remedy.",
    .exit_status = doctor_exit,
};

const struct option_manual manual_completion = {
    .description =
        "The build installs them where the shells look. By hand: source the"
        " output, or write it to such a place. Ids of engines are completed"
        " from the hub.",
};
