/*
 * control.h - what becomes of a message on the control socket: who may send
 * what to whom, and how often.
 *
 * Until there are keys with roles, what a peer has said tells its role: who
 * told the hub a state under its routing id is that engine and commands
 * nobody.  Everybody else may command, whatever routing id it took.
 *
 * No sockets, no clocks: now_ms is CLOCK_BOOTTIME.  One thread at a time.
 */
#ifndef SERVICES_STATE_AGGREGATOR_CONTROL_H
#define SERVICES_STATE_AGGREGATOR_CONTROL_H

#include "proto/reply_code.h"
#include "services/state-aggregator/bucket.h"
#include "services/state-aggregator/cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_COMMAND_MAX 1024 /* bytes: room for newer arguments */
#define CONTROL_RATE        200  /* requests a second from one operator */
#define CONTROL_BURST       1000 /* at once: one for each of 1000 engines */

/* The frames of a message as a ROUTER reads them. */
enum control_frame {
    CONTROL_SENDER,  /* routing id */
    CONTROL_ADDRESS, /* routing id it is meant for */
    CONTROL_REQUEST, /* request id */
    CONTROL_MAP,     /* command or reply */
    CONTROL_FRAMES,
};

struct control_message {
    struct {
        const void *data;
        size_t len;
    } frame[CONTROL_FRAMES];
    size_t count; /* frames it came in; other than CONTROL_FRAMES is wrong */
};

enum control_action {
    CONTROL_FORWARD, /* to the address, the sender's id in its place; see
                        control_undelivered() */
    CONTROL_ANSWER,  /* to the sender: `code`.  There is a request id. */
    CONTROL_DROP,    /* for `reason` */
};

/* The one list of reasons for which a message goes nowhere. */
enum control_reason {
    CONTROL_MALFORMED, /* nothing that could be answered */
    CONTROL_NO_REPLY,  /* an engine says something that is no reply */
    CONTROL_TOO_FAST,  /* over CONTROL_RATE */
    CONTROL_GONE,      /* a reply to an operator that has left */
    CONTROL_REASONS,
};

const char *control_reason_token(enum control_reason reason);

struct control_verdict {
    enum control_action action;
    enum reply_code code;
    enum control_reason reason;
};

struct control {
    struct buckets buckets; /* by a hash of the routing id */
    uint64_t dropped[CONTROL_REASONS];
};

/*
 * Judge one message from a stranger.  c starts as all zero.  Counts the
 * requests of its sender; does not count drops (control_drop()).
 */
struct control_verdict control_judge(struct control *c,
                                     const struct cache *cache,
                                     const struct control_message *m,
                                     uint64_t now_ms);

void control_drop(struct control *c, enum control_reason reason);

/*
 * What was to be forwarded could not be: what now?  A command is answered, a
 * reply dropped.
 */
struct control_verdict control_undelivered(const struct control_verdict *v);

/* Can this frame be an engine's routing id? */
bool control_is_engine(const void *data, size_t len);

#endif
