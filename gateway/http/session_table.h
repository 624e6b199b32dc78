/*
 * session_table.h - who is logged in: ids of sessions, what they may, until
 * when.  A table of fixed size: the session that was used longest ago makes
 * room.
 *
 * Time is an argument (ms, boot clock), so is chance.  Threads: one at a time.
 */
#ifndef GATEWAY_HTTP_SESSION_TABLE_H
#define GATEWAY_HTTP_SESSION_TABLE_H

#include "gateway/http/auth.h"

#include <stddef.h>
#include <stdint.h>

#define SESSION_TABLE_ENTRIES 256
#define SESSION_TABLE_BYTES   32 /* of chance in an id */
#define SESSION_TABLE_ID_MAX  (2 * SESSION_TABLE_BYTES + 1)
#define SESSION_TABLE_IDLE_MS UINT64_C(86400000)   /* a day without a call */
#define SESSION_TABLE_LONG_S  2592000              /* "remember me" */
#define SESSION_TABLE_LONG_MS UINT64_C(2592000000) /* the same */

struct session_entry {
    unsigned char id[SESSION_TABLE_BYTES];
    uint64_t number;     /* from 1, never again: names it to those inside */
    enum auth_role role; /* AUTH_ANYBODY: free */
    uint64_t until_ms;
    uint64_t idle_ms; /* each use puts the end off by this; 0: fixed */
    uint64_t used_at_ms;
};

struct session_table {
    struct session_entry entries[SESSION_TABLE_ENTRIES];
    uint64_t last_number;
};

/* A new session; its id is the random bytes, as hex digits in out. */
void session_table_add(struct session_table *t, enum auth_role role,
                       bool is_long,
                       const unsigned char random[SESSION_TABLE_BYTES],
                       uint64_t now_ms);

void session_table_format(char out[SESSION_TABLE_ID_MAX],
                          const unsigned char id[SESSION_TABLE_BYTES]);

/*
 * What the session of the len hex digits of id may; AUTH_ANYBODY when there
 * is none (any more).  How long this takes tells nothing about the ids.
 */
enum auth_role session_table_find(struct session_table *t, const char *id,
                                  size_t len, uint64_t now_ms);

/* The number of the session with that id; 0 when there is none. */
uint64_t session_table_number(struct session_table *t, const char *id,
                              size_t len);

/* Is the session of that number still here?  This is no use of it. */
bool session_table_has(const struct session_table *t, uint64_t number);

/* End it, if there is one. */
void session_table_remove(struct session_table *t, const char *id, size_t len);

#endif
