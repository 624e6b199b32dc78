/*
 * follower.h - when a subscriber must act: ask for a snapshot (again), build
 * its socket anew.  The rules of PROTOCOL.md for subscribers, without the
 * socket.  Pure: time (ms of the boot clock) and chance are arguments.
 */
#ifndef SERVICES_BUS_CLIENT_FOLLOWER_H
#define SERVICES_BUS_CLIENT_FOLLOWER_H

#include "proto/beat.h"

#include <stdbool.h>
#include <stdint.h>

#define FOLLOWER_SILENT_MS 5000 /* no beat: rebuild the socket */
#define FOLLOWER_LAG_MS    2000 /* this much behind the hub: rebuild */
#define FOLLOWER_TICK_MS   100

enum follower_action {
    FOLLOWER_WAIT,
    FOLLOWER_ASK,     /* unsubscribe the old nonce, subscribe a new one */
    FOLLOWER_REBUILD, /* close, open, subscribe, connect */
};

struct follower {
    uint64_t silent_since_ms; /* ahead of now during a rebuild's jitter */
    bool is_waiting;          /* asked, no snapshot yet */
    uint64_t ask_at_ms;       /* when to ask next; 0: not at all */
    uint64_t retry_ms;        /* wait after the next ask */
    bool is_slow;
    /* Smallest (local - hub) time of this and the last half window. */
    uint64_t hub_epoch, window_at_ms;
    int64_t offset_min, offset_min_before;
};

/* A socket was opened and has asked. */
void follower_start(struct follower *f, uint64_t now_ms, uint32_t random_value);

/* The whole snapshot came. */
void follower_on_snapshot(struct follower *f);

/* Something is missing: ask within half a second. */
void follower_on_gap(struct follower *f, uint64_t now_ms,
                     uint32_t random_value);

/* A beat came; notices when they come ever later. */
void follower_on_beat(struct follower *f, const struct beat *b,
                      uint64_t now_ms);

/*
 * What to do now.  ASK and REBUILD count as done; after a REBUILD call
 * follower_start().
 */
enum follower_action follower_next(struct follower *f, uint64_t now_ms,
                                   uint32_t random_value);

#endif
