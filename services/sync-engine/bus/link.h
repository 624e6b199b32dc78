/*
 * link.h - when a connecting socket is asked whether it still leads anywhere,
 * and when it is built anew.  Pure; time and chance are arguments.
 *
 * The library gives up for ever, without a word, after some errors of the
 * other side; so a socket without a connection is replaced.  And an engine
 * whose place at the hub was taken by another one with its id keeps a
 * connection that looks alive and leads nowhere, also once the other has left;
 * so long silence is broken by a question, and a socket that brings no answer
 * is replaced, too.  A hub that has something to say is never asked.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_LINK_H
#define SERVICES_SYNC_ENGINE_BUS_LINK_H

#include <stdbool.h>
#include <stdint.h>

#define LINK_CONNECT_MS 5000  /* not connected: rebuild */
#define LINK_QUIET_MS   10000 /* nothing heard: ask */
#define LINK_ANSWER_MS  5000  /* no answer: rebuild */
#define LINK_JITTER_MS  500

enum link_action {
    LINK_WAIT,
    LINK_ASK,     /* send a question; once it has left: link_asked() */
    LINK_REBUILD, /* close, open, connect; then link_opened() */
};

struct link {
    bool connected;
    bool asked;             /* the question has left */
    uint64_t ask_at_ms;     /* when to ask next */
    uint64_t give_up_at_ms; /* rebuild; 0: nothing is waited for */
};

/* A socket was opened. */
void link_opened(struct link *l, uint64_t now_ms, uint32_t random_value);

/* Is it connected at the moment?  Say so before link_next(). */
void link_seen(struct link *l, bool connected, uint64_t now_ms);

void link_asked(struct link *l);

/* Something came: an answer, or anything else. */
void link_heard(struct link *l, uint64_t now_ms);

/* What to do now.  Asks again and again as long as the question cannot leave.
 */
enum link_action link_next(struct link *l, uint64_t now_ms);

#endif
