/*
 * problem.h - the one list of what can be wrong with a request of a program,
 * with its status, and text and remedy in both languages; and how it is said:
 *
 *     {"error":{"code":"unknown-engine","msg":"...","remedy":"..."}}
 *
 * What an engine or the hub answers keeps its code (proto/reply_code.h).
 */
#ifndef GATEWAY_V1_PROBLEM_H
#define GATEWAY_V1_PROBLEM_H

#include "gateway/http/json_out.h"
#include "gateway/http/request.h"
#include "proto/reply_code.h"

enum problem_kind {
    PROBLEM_NONE,
    PROBLEM_UNAUTHORIZED,   /* %s: why, in SiYuan's words */
    PROBLEM_READ_ONLY,      /* a reader's token where an administrator acts */
    PROBLEM_TOO_MANY,       /* failed logins; %s: seconds */
    PROBLEM_PARAMETER,      /* %s: which one, and what it must be */
    PROBLEM_BODY,           /* %s: what is wrong with it */
    PROBLEM_TOO_LARGE,      /* the body */
    PROBLEM_UNKNOWN_ENGINE, /* %s: its id */
    PROBLEM_NO_RUN,         /* to cancel, says the engine: its own code */
    PROBLEM_NO_SNAPSHOT,    /* nothing heard from the hub yet */
    PROBLEM_BUS_DOWN,       /* the hub is silent */
    PROBLEM_BUSY,           /* too many commands under way */
    PROBLEM_STREAMS,        /* too many streams are open */
    PROBLEM_MEMORY,
    PROBLEM_STOPPING, /* this process ends */
    PROBLEM_COUNT,
};

struct problem {
    int status;
    unsigned retry_after_s; /* 0: not said */
    struct code_info info;  /* info.text may hold one "%s" */
};

/* Never NULL; valid for the life of the process. */
const struct problem *problem_find(enum problem_kind kind);

/* HTTP's word for a refusal (not REPLY_OK) of an engine or the hub. */
int problem_status(enum reply_code code);

/* Send it; argument takes the place of "%s".  Returns the status. */
int problem_send(struct request *r, enum problem_kind kind, enum lang lang,
                 const char *argument);

/* The same with a time to wait, which takes the place of "%s" too. */
int problem_send_wait(struct request *r, enum problem_kind kind, enum lang lang,
                      unsigned seconds);

/*
 * Send the refusal of an engine or the hub: token as it came, texts of the
 * list; msg: its own words where the list does not know the token.
 */
int problem_send_reply(struct request *r, const char *token, const char *msg,
                       enum lang lang);

#endif
