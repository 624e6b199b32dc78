/*
 * session.h - one command's connection to the bus: the copy of every engine,
 * and commands to engines.  Knows how to say what went wrong, to people.
 *
 * Outcomes of a command are exit codes: 0, SESSION_FAILED, PROGRAM_USAGE; or
 * -errno, which program_main() names.
 */
#ifndef TOOLS_SYNCBUS_SESSION_H
#define TOOLS_SYNCBUS_SESSION_H

#include "proto/command.h"
#include "proto/reply.h"
#include "services/bus-client/feed.h"
#include "services/bus-client/mirror.h"
#include "services/bus-client/operator.h"
#include "services/runtime/hub_address.h"
#include "services/runtime/program.h"
#include "tools/syncbus/settings.h"

#define SESSION_FAILED      1 /* already said why */
#define SESSION_SNAPSHOT_MS 2000

struct session {
    struct endpoints hub;
    struct mirror *mirror;
    struct feed *feed;
    struct operator_port *operator;
    int stop_fd; /* not owned */
    int job_fd;  /* job.h, when the command draws; else -1 */
};

/*
 * Connect what is needed (bits of enum hub_socket).  Returns 0, PROGRAM_CONFIG
 * after a line, or -errno.  session_close() accepts every half-open session,
 * and closes job_fd too.
 */
int session_open(struct session *s, const struct settings *settings,
                 unsigned needs);
void session_close(struct session *s);

/*
 * "syncbus: ..." on standard error, escaped; then the remedy, unless NULL, on
 * a line of its own.  Returns SESSION_FAILED.
 */
int session_complain(const char *remedy, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sleep up to ms.  True when asked to stop. */
bool session_sleep(const struct session *s, uint64_t ms);

/*
 * Wait for the first snapshot.  Returns 0; SESSION_FAILED after saying that
 * the hub does not answer, or silently when asked to stop.
 */
int session_wait_snapshot(struct session *s);

/* What may be wrong with an address that does not answer, and what to do. */
const char *session_hint(const char *endpoint);

/*
 * The engine a command is for: the one named, or else the only live one.
 * Returns 0 and its id in out; PROGRAM_USAGE after saying which there are;
 * SESSION_FAILED.
 */
int session_pick(struct session *s, const char *name, char out[TOPIC_ID_MAX]);

/*
 * Send a command and wait for its reply.  Returns 0 and fills *out; -ESHUTDOWN
 * when asked to stop, and nothing more can be sent; or as operator_call().
 */
int session_try(struct session *s, const char *engine,
                const struct command *command, struct reply *out);

/*
 * The same, for a reply that must be ok.  Returns 0 and
 * fills *out; SESSION_FAILED after saying what the reply was; -errno.
 */
int session_call(struct session *s, const char *engine,
                 const struct command *command, struct reply *out);

#endif
