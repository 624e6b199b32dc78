/*
 * streams.h - every open stream, Server-Sent Events and WebSockets, and the
 * one thread that writes to all of them.
 *
 * A change is rendered once and sent to whoever takes it at once; those whose
 * sockets are full get the newest when they can take something again.  So
 * nobody waits for anybody, and a stream costs a descriptor and a few hundred
 * bytes, no thread.
 *
 * Threads: any, but for start, stop and free.
 */
#ifndef GATEWAY_STREAM_STREAMS_H
#define GATEWAY_STREAM_STREAMS_H

#include "gateway/stream/client.h"
#include "proto/code.h"
#include "services/bus-client/mirror.h"

#include <stdatomic.h>

struct streams;
struct sessions;
struct mg_connection;

struct streams_options {
    struct mirror *mirror; /* outlives the streams */
    const char *engine;    /* a WebSocket's, when it names none; NULL; kept */
    enum lang lang;
    struct sessions *sessions; /* outlive the streams */
    unsigned max;              /* open at once, of both kinds */
    /* How many are open: counted here, read by whoever likes. */
    atomic_uint *count[CLIENT_KIND_COUNT];
};

/* Returns 0 and *out, or -errno, after a log line. */
int streams_start(struct streams **out, const struct streams_options *opt);

/* End every stream, and the thread; those that come later end at once. */
void streams_stop(struct streams *s);

/* After streams_stop(), when nobody can come any more.  NULL is fine. */
void streams_free(struct streams *s);

/* Is there room for one more?  Only to refuse early: streams_adopt() knows. */
bool streams_has_room(struct streams *s);

/* A session has ended: so do the streams that it opened. */
void streams_look_at_sessions(struct streams *s);

/*
 * Make the connection whose request this thread serves a stream: its answer
 * comes from there, and civetweb must end it with this request.  Takes over c
 * (NULL is fine: -ENOMEM).
 *
 * Returns 0; -EBUSY when there is no room; or -errno.  After a failure the
 * request is still to be answered.
 */
int streams_adopt(struct streams *s, struct client *c,
                  const struct mg_connection *conn);

#endif
