/*
 * pending.h - the calls of an operator that have no outcome yet: which to send
 * next, whose reply this is, whose time is over.
 *
 * Every call gets the same time, so the list, in order of arrival, is also in
 * order of deadline.  A pending_call is embedded in what the caller keeps, and
 * must stay where it is until it was taken out again.
 *
 * The hub drops what an operator sends faster than PENDING_RATE: calls beyond
 * that wait here for their turn.
 *
 * Pure: time (ms of the boot clock) is an argument.  One thread at a time.
 */
#ifndef SERVICES_BUS_CLIENT_PENDING_H
#define SERVICES_BUS_CLIENT_PENDING_H

#include "proto/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Below what the hub allows one operator, since the two clocks differ. */
#define PENDING_RATE  180 /* a second */
#define PENDING_BURST 900 /* at once */

struct pending_call {
    struct pending_call *next;
    char request[COMMAND_ID_MAX];
    bool is_sent; /* on the socket of now */
    uint64_t deadline_ms;
};

struct pending {
    struct pending_call *first, *last;
    uint64_t credit_ms, paced_at_ms; /* what may be sent now */
};

void pending_init(struct pending *p, uint64_t now_ms);

/* Put call, whose request id is set, at the end. */
void pending_add(struct pending *p, struct pending_call *call, uint64_t now_ms);

/* Is there a call to send, also one that must wait for its turn? */
bool pending_has_unsent(const struct pending *p);

/* The call to send now; NULL when there is none, or not yet. */
struct pending_call *pending_next(struct pending *p, uint64_t now_ms);

/* It was sent. */
void pending_sent(struct pending *p, struct pending_call *call,
                  uint64_t now_ms);

/* The socket is another one: every call must be sent once more. */
void pending_unsend(struct pending *p);

/* Take out the call with this request id; NULL when there is none. */
struct pending_call *pending_take(struct pending *p, const void *request,
                                  size_t len);

/* Take out a call whose time is over; NULL when there is none. */
struct pending_call *pending_expire(struct pending *p, uint64_t now_ms);

/* Take out the first one; NULL when there is none. */
struct pending_call *pending_pop(struct pending *p);

/* How many ms until the next of these is due: at most max_ms. */
uint64_t pending_wait_ms(const struct pending *p, uint64_t now_ms,
                         uint64_t max_ms);

#endif
