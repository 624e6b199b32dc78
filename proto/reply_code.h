/*
 * reply_code.h - the one list of the codes of replies, with what each means
 * and what to do about it.  The hub and the operator use them too.
 */
#ifndef PROTO_REPLY_CODE_H
#define PROTO_REPLY_CODE_H

#include "proto/code.h"

enum reply_code {
    REPLY_OK,          /* "" */
    REPLY_UNREACHABLE, /* hub: no such engine is connected */
    REPLY_FORBIDDEN,   /* hub: the sender is no operator */
    REPLY_BAD_REQUEST, /* hub, engine: not understood */
    REPLY_TIMEOUT,     /* operator: no reply in COMMAND_TIMEOUT_MS */
    REPLY_UNSUPPORTED, /* engine: it does not know this command */
    REPLY_DISABLED,    /* engine: synchronisation is switched off */
    REPLY_NOT_FOUND,   /* engine: no such run (any more) */
    REPLY_INTERNAL,    /* engine: a defect; its log says more */
    REPLY_CODE_COUNT,
};

/* Token, and text and remedy in both languages; never NULL. */
const struct code_info *reply_code_info(enum reply_code code);

/* The code of a token; REPLY_INTERNAL when it is not in the list. */
enum reply_code reply_code_find(const char *token);

#endif
