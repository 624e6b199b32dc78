/*
 * outlet.h - the sending half of one reader's socket: many small texts in one
 * call, never waiting, and remembering the one that was cut off.
 *
 * Threads: one.
 */
#ifndef GATEWAY_STREAM_OUTLET_H
#define GATEWAY_STREAM_OUTLET_H

#include "gateway/stream/shared_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTLET_PARTS_MAX 64 /* of one outlet_send() */

struct outlet_part {
    struct shared_text *owner; /* of data; NULL: data is static */
    const char *data;
    size_t len;
};

struct outlet {
    int fd;                  /* non-blocking; not owned */
    struct outlet_part rest; /* of the part that was cut off; holds a ref */
    bool is_blocked;         /* the last send could not send everything */
    uint64_t blocked_at_ms;  /* since when nothing went out */
};

/*
 * Send what was cut off and then the parts, as far as the socket takes them
 * now.  Of the last part that was begun the rest is kept, with a reference.
 *
 * Returns how many of the parts were begun (all of them unless is_blocked), or
 * -errno: there is nobody any more.
 */
int outlet_send(struct outlet *o, const struct outlet_part *parts, size_t count,
                uint64_t now_ms);

void outlet_clear(struct outlet *o);

#endif
