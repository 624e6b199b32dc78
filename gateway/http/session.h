/*
 * session.h - sessions of browsers: the table behind its lock, and the cookie
 * that carries an id.  They live in memory only: a new start logs everybody
 * out.
 *
 * Threads: any.
 */
#ifndef GATEWAY_HTTP_SESSION_H
#define GATEWAY_HTTP_SESSION_H

#include "gateway/http/session_table.h"

#include <pthread.h>
#include <stdatomic.h>

#define SESSION_COOKIE     "siyuan"
#define SESSION_COOKIE_MAX 256 /* bytes of a whole Set-Cookie field */

struct sessions {
    pthread_mutex_t lock;
    struct session_table table;
    atomic_uint ends; /* grows when one was ended */
};

/* 0, or -errno. */
int session_init(struct sessions *s);
void session_clear(struct sessions *s);

struct session_options {
    enum auth_role role;
    bool is_long;   /* "remember me": 30 days, also for the browser */
    bool is_secure; /* the browser came by https */
};

/*
 * Begin one, and write the field "Set-Cookie: ...\r\n" for it.  Returns 0, or
 * -EIO: no random numbers.
 */
int session_begin(struct sessions *s, const struct session_options *opt,
                  char field[SESSION_COOKIE_MAX]);

/* What the sessions in a Cookie header may; cookie may be NULL. */
enum auth_role session_find(struct sessions *s, const char *cookie);

/*
 * The number of a session in a Cookie header, for what outlives the request;
 * 0 when there is none.  And is that session still here?
 */
uint64_t session_number(struct sessions *s, const char *cookie);
bool session_has(struct sessions *s, uint64_t number);

/* End the sessions in a Cookie header, and write the field that says so. */
void session_end(struct sessions *s, const char *cookie,
                 char field[SESSION_COOKIE_MAX]);

#endif
