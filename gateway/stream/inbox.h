/*
 * inbox.h - where new streams are handed over: room is kept for each, then its
 * client is put in by the thread that served the request and taken out by the
 * stream thread, woken by an eventfd.
 *
 * Threads: any, but for init and clear.
 */
#ifndef GATEWAY_STREAM_INBOX_H
#define GATEWAY_STREAM_INBOX_H

#include "gateway/stream/client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct inbox {
    pthread_mutex_t lock;
    struct client *first; /* the latest */
    bool is_closed;       /* nobody takes anything out any more */
    unsigned max;         /* streams that are open or on their way */
    atomic_uint *count[CLIENT_KIND_COUNT]; /* of each kind; not owned */
    int wake_fd;                           /* eventfd, not owned */
};

void inbox_init(struct inbox *i);
/* After inbox_close(). */
void inbox_clear(struct inbox *i);

/* Is there room for one more?  inbox_reserve() is what decides. */
bool inbox_has_room(struct inbox *i);

/* Keep room: 0, -EBUSY when there is none, -ESHUTDOWN when it is closed. */
int inbox_reserve(struct inbox *i, enum client_kind kind);

/* A stream is over, or did not come to be. */
void inbox_release(struct inbox *i, enum client_kind kind);

/* Takes over c; false, and c is still the caller's, when it is closed. */
bool inbox_put(struct inbox *i, struct client *c);

/* All there are, linked by next; NULL when there are none. */
struct client *inbox_take(struct inbox *i);

/* Nothing may be put in any more; what is in there ends. */
void inbox_close(struct inbox *i);

#endif
