/*
 * state.h - the whole state of one engine, as it travels on the wire.
 *
 * A struct state is a plain value: it owns nothing, may be copied with '=',
 * and needs no free function.  A field that was absent is *unknown*: look at
 * `has` before reading an optional one.  PROTOCOL.md describes every field.
 */
#ifndef PROTO_STATE_H
#define PROTO_STATE_H

#include "proto/code.h"
#include "proto/phase.h"
#include "proto/state_has.h"
#include "proto/state_last.h"
#include "proto/topic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_WIRE_MAX  2048 /* no state is longer */
#define STATE_MINOR     1
#define STATE_TTL_MS    3500 /* default lease */
#define STATE_ITEM_MAX  161  /* all text sizes include the NUL */
#define STATE_MSG_MAX   257
#define STATE_CLOUD_MAX 65
#define STATE_PROV_MAX  17
#define STATE_HEX_MAX   41
#define STATE_INFO_MAX  65
#define STATE_PERMILLE  1000

enum state_name {
    STATE_DISABLED,
    STATE_IDLE,
    STATE_QUEUED,
    STATE_SYNCING,
    STATE_ERROR,
    STATE_BYE,
    STATE_NAME_COUNT,
};

struct state_count {
    uint64_t current; /* never falls within one (run, phase) */
    uint64_t total;   /* 0: unknown */
};

/* Counters since the engine's start. */
struct state_counts {
    uint64_t ok, failed, conflicts, sent_bytes, received_bytes;
};

struct state_info {
    char host[STATE_INFO_MAX], os[STATE_INFO_MAX];
    char version[STATE_INFO_MAX], name[STATE_INFO_MAX];
};

struct state {
    uint64_t minor;              /* v */
    uint64_t epoch_us;           /* e: wall clock at process start */
    uint32_t instance;           /* i: random per process start */
    uint64_t seq;                /* q: +1 per message of one (e, i) */
    uint64_t sent_at_ms;         /* ts: display only, never logic */
    uint64_t up_ms;              /* up: monotonic since start, at sending */
    uint64_t ttl_ms;             /* ttl: lease */
    enum state_name name;        /* st */
    uint32_t has;                /* enum state_has */
    char phase[PHASE_TOKEN_MAX]; /* ph */
    uint64_t run;                /* run: counter in this epoch */
    uint64_t run_up_ms, progress_up_ms; /* ru, pr: `up` values */
    struct state_count items, bytes;    /* n, b: of the phase */
    uint64_t permille;                  /* pm: of the whole run */
    uint64_t bytes_per_second;          /* bps */
    char item[STATE_ITEM_MAX];          /* it */
    char msg[STATE_MSG_MAX];            /* msg */
    bool enabled;                       /* en */
    char provider[STATE_PROV_MAX];      /* prov: local webdav s3 siyuan */
    char cloud[STATE_CLOUD_MAX];        /* cloud */
    char repo[STATE_HEX_MAX];           /* rp: 16 hex digits */
    char head[STATE_HEX_MAX];           /* hd: index id, 40 hex digits */
    uint64_t synced_at_ms;              /* sync: 0 = never */
    struct state_last last;             /* last */
    uint64_t next_at_ms;                /* nx: 0 = none */
    uint64_t failures;                  /* fl: in a row */
    struct state_counts counts;         /* cnt */
    struct state_info info;             /* inf */
};

/* The word of a state: "syncing". */
const char *state_token(enum state_name name);

/*
 * Write s as one msgpack map, keys in the order of PROTOCOL.md, without
 * allocation.  Texts are UTF-8: put foreign ones in with wire_text_copy().
 * `ru` and `pr` are always written while syncing, where readers require them.
 *
 * Returns the number of bytes, or -ENOBUFS when cap is too small.  A cap of
 * STATE_WIRE_MAX is always enough.
 */
int state_encode(const struct state *s, void *buf, size_t cap);

/*
 * Read one state, whoever sent it.
 *
 * Returns 0 and fills *out, or -EBADMSG (or -ENOMEM) and leaves *out alone.
 * Unknown keys are ignored; an unknown `st` is -EBADMSG, and so is a message
 * longer than STATE_WIRE_MAX.
 */
int state_decode(struct state *out, const void *buf, size_t len);

/*
 * A number that is equal for two messages that say the same, also in keys
 * that only a newer program knows: all but `q`, `ts` and `up`, which change in
 * every message.  buf is what state_decode() accepted.
 */
uint64_t state_digest(const void *buf, size_t len);

/* Order of two states of one engine: by epoch, instance, then seq; <0, 0, >0 */
int state_compare(const struct state *a, const struct state *b);

#endif
