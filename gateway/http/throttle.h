/*
 * throttle.h - who failed to log in too often?  Ten failures from one address
 * within a minute shut it out for the next minute.
 *
 * A table of fixed size: the entry that matters least makes room.  IPv6
 * addresses count by their /64, which one customer has for himself.
 *
 * Time is an argument (ms, monotonic).  Threads: one at a time.
 */
#ifndef GATEWAY_HTTP_THROTTLE_H
#define GATEWAY_HTTP_THROTTLE_H

#include "gateway/http/address.h"

#include <stdint.h>

#define THROTTLE_FAILURES  10
#define THROTTLE_WINDOW_MS 60000
#define THROTTLE_ENTRIES   1024

struct throttle_entry {
    struct address who;
    unsigned failures;      /* 0: free */
    uint64_t since_ms;      /* first failure of this window */
    uint64_t shut_until_ms; /* 0: not shut out */
};

struct throttle {
    uint64_t shut_until_ms; /* nobody is shut out from then on */
    struct throttle_entry entries[THROTTLE_ENTRIES];
};

/* Seconds (at least 1) for which who is still shut out; 0: come in. */
unsigned throttle_wait(const struct throttle *t, const struct address *who,
                       uint64_t now_ms);

/* who failed once more. */
void throttle_fail(struct throttle *t, const struct address *who,
                   uint64_t now_ms);

#endif
