/*
 * reply.h - the answer to a command (command.h): what became of it, and for
 * the commands that list something, one page of rows.
 *
 * A struct reply is a plain value of about 30 KiB: it owns nothing and may be
 * copied with '='.  The texts of rows stand in its pool `text`; rows hold
 * their offsets.  Fill a page by reply_add_*() until it says full; what they
 * accepted always fits REPLY_WIRE_MAX.
 */
#ifndef PROTO_REPLY_H
#define PROTO_REPLY_H

#include "proto/reply_code.h"
#include "proto/state_last.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLY_WIRE_MAX    8192
#define REPLY_MINOR       1
#define REPLY_MSG_MAX     257 /* text sizes include the NUL */
#define REPLY_PATH_MAX    2049
#define REPLY_KIND_MAX    33
#define REPLY_WINNER_MAX  17
#define REPLY_RUNS_MAX    50 /* rows of a page */
#define REPLY_CHANGES_MAX 100

enum reply_rows {
    REPLY_NO_ROWS,
    REPLY_RUNS,
    REPLY_CHANGES,
    REPLY_CONFLICTS,
};

/* Bits of reply.has. */
enum reply_has {
    REPLY_HAS_RUN = 1 << 0,
    REPLY_HAS_ENABLED = 1 << 1,
    REPLY_HAS_NEXT = 1 << 2,
};

struct reply_change {
    char kind; /* + ~ - here, > sent */
    uint16_t path;
    uint64_t size_bytes;
};

struct reply_conflict {
    uint64_t run;
    char kind[REPLY_KIND_MAX];     /* local-upsert-cloud-upsert, ... */
    char winner[REPLY_WINNER_MAX]; /* local, cloud */
    uint16_t path, kept;           /* kept: "" when nothing was */
};

struct reply {
    uint64_t minor;            /* v */
    bool ok;                   /* ok */
    char code[CODE_TOKEN_MAX]; /* code: "" when ok */
    char msg[REPLY_MSG_MAX];   /* msg: for people; "" */
    uint32_t has;              /* enum reply_has */
    uint64_t run;              /* run: covers the request */
    bool enabled;              /* en */
    uint64_t next;             /* next: `after` of the next page */
    enum reply_rows rows;      /* which key, and member of the union */
    size_t count;              /* rows of the page */
    size_t text_len, wire_len; /* used by reply_add_*() */
    union {
        struct state_last runs[REPLY_RUNS_MAX];
        struct reply_change changes[REPLY_CHANGES_MAX];
        struct reply_conflict conflicts[REPLY_CHANGES_MAX];
    };
    char text[REPLY_WIRE_MAX];
};

/*
 * Begin a reply: ok for REPLY_OK, and otherwise `msg` is the English text of
 * code.  It has no rows yet.
 */
void reply_init(struct reply *r, enum reply_code code);

/* Begin the page.  Once per reply, before the first row. */
void reply_start_page(struct reply *r, enum reply_rows rows);

/*
 * Add one row.  Returns 0, or -ENOBUFS and a reply as it was when the page is
 * full: set `next` and send it.  Paths beyond REPLY_PATH_MAX are cut visibly
 * (wire_text_copy).  A first row always fits.
 */
int reply_add_run(struct reply *r, const struct state_last *run);
int reply_add_change(struct reply *r, char kind, const char *path,
                     uint64_t size_bytes);
/* conflict->path and ->kept are ignored: the texts are arguments. */
int reply_add_conflict(struct reply *r, const struct reply_conflict *conflict,
                       const char *path, const char *kept);

/* The text of a row: valid as long as r. */
const char *reply_text(const struct reply *r, uint16_t at);

/* Bytes written, or -ENOBUFS.  REPLY_WIRE_MAX is always enough. */
int reply_encode(const struct reply *r, void *buf, size_t cap);

/*
 * Read one reply, whoever sent it.  Returns 0 and fills *out, or -EBADMSG (or
 * -ENOMEM) and leaves *out alone.  More rows than a page holds are -EBADMSG.
 */
int reply_decode(struct reply *out, const void *buf, size_t len);

#endif
