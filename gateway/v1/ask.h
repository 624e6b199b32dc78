/*
 * ask.h - what a program asks for, in the path, the query and the body.
 * Unlike SiYuan's calls these are strict: a misspelt member must not start a
 * sync in the wrong direction.  Pure.
 */
#ifndef GATEWAY_V1_ASK_H
#define GATEWAY_V1_ASK_H

#include "proto/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASK_WHY_MAX 192

/* Members of a body; a call names those it knows. */
enum ask_member {
    ASK_DIRECTION = 1 << 0, /* "both", "upload" or "download" */
    ASK_WAIT = 1 << 1,      /* a boolean */
    ASK_RUN = 1 << 2,       /* the number of a run */
};

struct ask {
    enum command_dir direction;
    bool wait;
    bool has_run;
    uint64_t run;
};

/*
 * Read a body: nothing, blanks, or one JSON object.
 *
 * Returns 0 and fills *out, or -EINVAL and says in why what is wrong, one
 * line that names the member.
 */
int ask_parse(struct ask *out, char why[ASK_WHY_MAX], unsigned members,
              const char *body, size_t len);

/* A decimal number to 2^63 - 1.  Returns 0, or -EINVAL. */
int ask_number(uint64_t *out, const char *text);

#endif
