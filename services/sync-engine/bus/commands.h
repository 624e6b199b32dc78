/*
 * commands.h - what becomes of a command: pure, so that every rule of who is
 * promised which run can be tested without a socket.
 *
 * A request for a run is covered by the next run that begins, never by one
 * under way: that one may have looked at the file in question already.
 * Several requests share a run; it goes as wide as any of them asked, so
 * upload and download together are both ways, where nothing is overruled.
 *
 * Switched off means off: no run begins, and the one under way stops at its
 * next safe point.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_COMMANDS_H
#define SERVICES_SYNC_ENGINE_BUS_COMMANDS_H

#include "proto/command.h"
#include "proto/reply_code.h"
#include "services/sync-engine/run/run.h"

#include <stdbool.h>
#include <stdint.h>

/* What operators can see and change. */
struct commands_desk {
    bool enabled;
    uint64_t switched_on;         /* how many times since the start */
    bool queued;                  /* a run was asked for and has not begun */
    bool revoked;                 /* and was called off */
    enum run_direction direction; /* of the queued run */
    uint64_t running;             /* the run under way; 0: none */
    uint64_t next;                /* number of the next run to begin */
};

/* What is left to do for the caller. */
enum commands_act {
    COMMANDS_ANSWER,     /* no more than to answer */
    COMMANDS_WAKE,       /* the queue changed: whoever begins runs looks */
    COMMANDS_STOP,       /* stop the run under way */
    COMMANDS_SWITCH_ON,  /* remember it, then commands_switch() */
    COMMANDS_SWITCH_OFF, /* the same */
    COMMANDS_LIST,       /* answer with a page */
};

struct commands_decision {
    enum commands_act act;
    enum reply_code code;
    uint64_t run; /* that covers the request; 0: says nothing of runs */
};

/* Decide about one command; a request for a run changes the desk. */
struct commands_decision commands_decide(struct commands_desk *d,
                                         const struct command *c);

/* Switch on or off.  Returns what is left to do: WAKE or STOP. */
enum commands_act commands_switch(struct commands_desk *d, bool enabled);

/* The run that begins. */
struct commands_order {
    uint64_t run;
    bool asked;                   /* for by an operator */
    bool revoked;                 /* only to be recorded as cancelled */
    enum run_direction direction; /* when asked */
};

/*
 * A run begins: it takes the queued request along.  False when switched off
 * meanwhile: nothing begins.
 */
bool commands_begin(struct commands_desk *d, struct commands_order *out);

/* It has ended. */
void commands_end(struct commands_desk *d);

#endif
