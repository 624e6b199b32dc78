/*
 * state_last.h - the last finished run of an engine: part of every state, and
 * one row of the page of runs.
 */
#ifndef PROTO_STATE_LAST_H
#define PROTO_STATE_LAST_H

#include "proto/code.h"

#include <stdbool.h>
#include <stdint.h>

#define STATE_WHY_MAX       201 /* text sizes include the NUL */
#define STATE_DIRECTION_MAX 16

struct state_traffic {
    uint64_t files, chunks, bytes;
};

struct state_last {
    uint64_t run;
    bool ok;
    char code[CODE_TOKEN_MAX]; /* "" when ok */
    char why[STATE_WHY_MAX];   /* the store's own words */
    uint64_t at_ms;            /* wall clock of its end */
    uint64_t duration_ms;
    char direction[STATE_DIRECTION_MAX]; /* both, upload, download */
    struct state_traffic sent, received;
    uint64_t upserts, removes, conflicts;
};

/* How it travels; for the encoders and decoders of proto/ (field.h). */
struct field_table;
extern const struct field_table state_last_table;

#endif
