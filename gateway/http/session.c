#include "gateway/http/session.h"

#include "services/runtime/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define COOKIES_MAX 8 /* looked at in one header: some send old ones too */

int
session_init(struct sessions *s)
{
    return -pthread_mutex_init(&s->lock, NULL);
}

void
session_clear(struct sessions *s)
{
    (void)pthread_mutex_destroy(&s->lock);
}

/* Lax: a link from elsewhere finds you logged in, a form there does not. */
static void
format_field(char field[SESSION_COOKIE_MAX], const char *id, const char *age,
             bool is_secure)
{
    (void)snprintf(field, SESSION_COOKIE_MAX,
                   "Set-Cookie: " SESSION_COOKIE
                   "=%s; Path=/%s; HttpOnly; SameSite=Lax%s\r\n",
                   id, age, is_secure ? "; Secure" : "");
}

int
session_begin(struct sessions *s, const struct session_options *opt,
              char field[SESSION_COOKIE_MAX])
{
    unsigned char random[SESSION_TABLE_BYTES];
    char id[SESSION_TABLE_ID_MAX], age[32] = "";

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return -EIO;
    (void)pthread_mutex_lock(&s->lock);
    session_table_add(&s->table, opt->role, opt->is_long, random,
                      clock_boot_ms());
    (void)pthread_mutex_unlock(&s->lock);
    if (opt->is_long) {
        (void)snprintf(age, sizeof age, "; Max-Age=%d", SESSION_TABLE_LONG_S);
    }
    session_table_format(id, random);
    format_field(field, id, age, opt->is_secure);
    return 0;
}

/* The next cookie of our name, from *cookie on; NULL: no more. */
static const char *
next_id(const char **cookie, size_t *len)
{
    static const char name[] = SESSION_COOKIE "=";

    while (*cookie != NULL && **cookie != '\0') {
        const char *pair = *cookie + strspn(*cookie, " \t;");
        size_t pair_len = strcspn(pair, ";");

        *cookie = pair + pair_len;
        if (strncmp(pair, name, sizeof name - 1) != 0)
            continue;
        *len = pair_len - (sizeof name - 1);
        return pair + sizeof name - 1;
    }
    return NULL;
}

enum auth_role
session_find(struct sessions *s, const char *cookie)
{
    enum auth_role role = AUTH_ANYBODY;
    const char *id;
    size_t len;

    (void)pthread_mutex_lock(&s->lock);
    for (int i = 0; i < COOKIES_MAX && role == AUTH_ANYBODY; i++) {
        id = next_id(&cookie, &len);
        if (id == NULL)
            break;
        role = session_table_find(&s->table, id, len, clock_boot_ms());
    }
    (void)pthread_mutex_unlock(&s->lock);
    return role;
}

uint64_t
session_number(struct sessions *s, const char *cookie)
{
    uint64_t number = 0;
    const char *id;
    size_t len;

    (void)pthread_mutex_lock(&s->lock);
    for (int i = 0; i < COOKIES_MAX && number == 0; i++) {
        id = next_id(&cookie, &len);
        if (id == NULL)
            break;
        number = session_table_number(&s->table, id, len);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return number;
}

bool
session_has(struct sessions *s, uint64_t number)
{
    bool has;

    (void)pthread_mutex_lock(&s->lock);
    has = session_table_has(&s->table, number);
    (void)pthread_mutex_unlock(&s->lock);
    return has;
}

void
session_end(struct sessions *s, const char *cookie,
            char field[SESSION_COOKIE_MAX])
{
    const char *id;
    size_t len;

    (void)pthread_mutex_lock(&s->lock);
    for (int i = 0; i < COOKIES_MAX; i++) {
        id = next_id(&cookie, &len);
        if (id == NULL)
            break;
        session_table_remove(&s->table, id, len);
    }
    (void)pthread_mutex_unlock(&s->lock);
    atomic_fetch_add(&s->ends, 1);
    format_field(field, "", "; Max-Age=0", false);
}
