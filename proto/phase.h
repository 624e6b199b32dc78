/*
 * phase.h - the one list of the phases of a sync run.
 *
 * The order is the order of a run.  A peer may send a token that is not in
 * the list: readers show it as it is.
 */
#ifndef PROTO_PHASE_H
#define PROTO_PHASE_H

#define PHASE_TOKEN_MAX 33 /* bytes, including the NUL */

enum phase {
    PHASE_NONE,
    PHASE_WALK,
    PHASE_LOAD,
    PHASE_INDEX,
    PHASE_LOCK,
    PHASE_FETCH_REF,
    PHASE_FETCH_INDEX,
    PHASE_FETCH_FILES,
    PHASE_FETCH_CHUNKS,
    PHASE_SEND_CHUNKS,
    PHASE_SEND_FILES,
    PHASE_CHECKOUT,
    PHASE_REMOVE,
    PHASE_SEND_INDEX,
    PHASE_UNLOCK,
    PHASE_PURGE,
    PHASE_COUNT,
};

/* The token as it travels: "send-chunks"; "" for PHASE_NONE. */
const char *phase_token(enum phase phase);

/* The phase of a token; PHASE_NONE when it is not in the list. */
enum phase phase_find(const char *token);

#endif
