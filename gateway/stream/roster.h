/*
 * roster.h - the clients that are open, and the poll set with their sockets.
 *
 * A client whose socket fails is hung up at once, but its memory stays until
 * roster_forget_dead(): an event of the same turn might still be about it.
 *
 * Threads: one.
 */
#ifndef GATEWAY_STREAM_ROSTER_H
#define GATEWAY_STREAM_ROSTER_H

#include "gateway/http/session.h"
#include "gateway/stream/client.h"
#include "gateway/stream/inbox.h"

#include <stddef.h>
#include <stdint.h>

struct roster {
    int epoll_fd;        /* not owned */
    struct inbox *inbox; /* knows how many there are */
    struct client_news news;
    struct client **clients;
    size_t open, cap;
};

/* A new client, with its socket; it gets its first words.  Takes over c. */
void roster_welcome(struct roster *r, struct client *c);

/* What the poll set says of one client. */
void roster_on_event(struct roster *r, struct client *c, uint32_t events);

/* Events were swept: before anything else is sent. */
void roster_restart(struct roster *r);

/* End the streams of sessions that are not there any more. */
void roster_end_sessions(struct roster *r, struct sessions *sessions);

/* There is something new: to all who are not behind already. */
void roster_tell_all(struct roster *r);

/* Once a second. */
void roster_tick(struct roster *r, uint64_t now_ms);

void roster_forget_dead(struct roster *r);

/* Say goodbye to everybody and close. */
void roster_clear(struct roster *r);

#endif
