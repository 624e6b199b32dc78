/*
 * replies.h - the last replies by request id: who asks again is told the same
 * and nothing is done twice.  Pure but for the memory the replies are kept in.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_REPLIES_H
#define SERVICES_SYNC_ENGINE_BUS_REPLIES_H

#include "proto/command.h"

#include <stddef.h>

#define REPLIES_MAX 128 /* remembered; then the oldest is forgotten */

struct replies_entry {
    char id[COMMAND_ID_MAX]; /* "": none */
    unsigned char *data;     /* the encoded reply */
    size_t len;
};

/* Starts as {0}. */
struct replies {
    struct replies_entry entries[REPLIES_MAX];
    size_t next; /* the entry to use next: the oldest */
};

/*
 * The reply to the request of that id, or NULL.  id is COMMAND_ID_MAX - 1
 * digits without a NUL.  Valid until replies_add().
 */
const struct replies_entry *replies_find(const struct replies *r,
                                         const void *id);

/* Remember a copy.  Returns 0 or -ENOMEM: then it is not remembered. */
int replies_add(struct replies *r, const void *id, const void *data,
                size_t len);

/* Release everything. */
void replies_clear(struct replies *r);

#endif
