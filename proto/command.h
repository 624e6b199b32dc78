/*
 * command.h - what an operator asks of an engine.  The answer is a reply
 * (reply.h).  Both are plain values; every function is pure.
 */
#ifndef PROTO_COMMAND_H
#define PROTO_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMAND_WIRE_MAX   256
#define COMMAND_MINOR      1
#define COMMAND_ID_MAX     33   /* a request id: 32 hex digits and the NUL */
#define COMMAND_TIMEOUT_MS 5000 /* no reply by then: REPLY_TIMEOUT */
#define COMMAND_FRAMES     3    /* address, request id, map */

/* The one list of commands. */
enum command_name {
    COMMAND_SYNC,      /* dir: ask for a run */
    COMMAND_CANCEL,    /* run optional: stop at the next safe point */
    COMMAND_ENABLE,    /* let scheduled runs happen */
    COMMAND_DISABLE,   /* and not */
    COMMAND_RUNS,      /* after optional: finished runs, newest first */
    COMMAND_CHANGES,   /* run, after optional: files of that run */
    COMMAND_CONFLICTS, /* after optional: what lost, and where it is kept */
    COMMAND_COUNT,
};

enum command_dir {
    COMMAND_BOTH,
    COMMAND_UPLOAD,
    COMMAND_DOWNLOAD,
    COMMAND_DIR_COUNT,
};

/* Bits of command.has. */
enum command_has {
    COMMAND_HAS_RUN = 1 << 0,
    COMMAND_HAS_AFTER = 1 << 1,
};

struct command {
    uint64_t minor;         /* v */
    enum command_name name; /* cmd */
    enum command_dir dir;   /* dir: sync only; absent means both */
    uint32_t has;           /* enum command_has */
    uint64_t run;           /* run */
    uint64_t after;         /* after: `next` of the page before */
};

const char *command_token(enum command_name name);
const char *command_dir_token(enum command_dir dir);

/* "both", "upload" or "download".  Returns 0, or -EINVAL. */
int command_dir_parse(enum command_dir *out, const char *token);

/* Bytes written, or -ENOBUFS.  COMMAND_WIRE_MAX is always enough. */
int command_encode(const struct command *c, void *buf, size_t cap);

/*
 * Read one command, whoever sent it.
 *
 * Returns 0 and fills *out; or leaves *out alone and returns -ENOTSUP when it
 * is a well-formed map with a `cmd` that is not in the list (answer
 * REPLY_UNSUPPORTED), -EBADMSG for everything else (REPLY_BAD_REQUEST), or
 * -ENOMEM.
 */
int command_decode(struct command *out, const void *buf, size_t len);

/* Is this frame a request id: exactly 32 hex digits? */
bool command_is_request_id(const void *buf, size_t len);

/* Write the request id made of 16 random bytes. */
void command_format_request_id(char out[COMMAND_ID_MAX],
                               const unsigned char random[16]);

#endif
