#include "gateway/siyuan/system.h"

#include "gateway/http/http.h"
#include "gateway/http/json_out.h"
#include "gateway/refusal.h"
#include "gateway/siyuan/boot.h"
#include "gateway/siyuan/call.h"
#include "gateway/siyuan/result.h"
#include "gateway/siyuan/secret_text.h"
#include "gateway/stream/streams.h"
#include "gateway/texts.h"
#include "services/runtime/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT_RETRY_MS 500

/* What was typed, as it is or without what nobody sees. */
static enum auth_role
judge(const struct service *s, const char *typed)
{
    enum auth_role role = auth_of_secret(&s->secrets, typed);
    char plain[AUTH_GIVEN_MAX];

    if (role != AUTH_ANYBODY)
        return role;
    return secret_text_clean(plain, sizeof plain, typed) == 0
               ? auth_of_secret(&s->secrets, plain)
               : AUTH_ANYBODY;
}

/* Without any secret, whoever may call is in already. */
static int
log_in_open(struct service *s, struct request *r)
{
    return auth_is_trusted_local(&r->facts)
               ? result_ok(r)
               : refusal_unauthorized(s, r, AUTH_NOT_LOCAL);
}

static int
log_in(struct service *s, struct request *r, const json_t *args)
{
    struct session_options opt = {
        .role = judge(s, json_string_value(json_object_get(args, "authCode"))),
        .is_long = args_bool(args, "rememberMe", false),
        .is_secure = r->facts.is_https};
    char field[SESSION_COOKIE_MAX];

    if (opt.role == AUTH_ANYBODY) {
        lockout_fail(&s->lockout, &r->facts.client);
        return result_send(
            r, &(struct result){.code = -1,
                                .msg = texts_get(TEXT_WRONG_CODE, s->lang)});
    }
    if (session_begin(&s->sessions, &opt, field) != 0)
        return http_send(r, 500, HTTP_TEXT, "500 no random numbers");
    return result_send(r, &(struct result){.extra = field});
}

static int
refuse_foreign(struct service *s, struct request *r)
{
    return result_send(
        r, &(struct result){.status = 403,
                            .code = -1,
                            .msg = texts_get(TEXT_FOREIGN, s->lang)});
}

/* Pages of others could not use the cookie; they would only guess codes. */
int
system_login(struct service *s, struct request *r)
{
    static const struct args_field fields[] = {
        {.key = "authCode", .type = ARGS_STRING, .is_required = true},
        {.key = "captcha", .type = ARGS_STRING},
        {.key = "rememberMe", .type = ARGS_BOOLEAN},
    };
    unsigned wait = lockout_wait(&s->lockout, &r->facts.client);
    json_t *args;
    int rc;

    if (wait > 0)
        return refusal_too_many(s, r, wait);
    if (auth_is_open(&s->secrets))
        return log_in_open(s, r);
    if (r->facts.is_foreign)
        return refuse_foreign(s, r);
    rc = call_read(r, &args, fields, sizeof fields / sizeof *fields);
    if (rc != 0)
        return rc;
    rc = log_in(s, r, args);
    json_decref(args);
    return rc;
}

/* Not for pages of others: they would log people out for fun. */
int
system_logout(struct service *s, struct request *r)
{
    char field[SESSION_COOKIE_MAX];

    if (auth_is_open(&s->secrets))
        return result_fail(r, texts_get(TEXT_NO_CODE, s->lang));
    if (r->facts.is_foreign)
        return refuse_foreign(s, r);
    session_end(&s->sessions, r->facts.cookie, field);
    streams_look_at_sessions(s->streams);
    return result_send(r, &(struct result){.extra = field});
}

int
system_check_auth(struct service *s, struct request *r)
{
    (void)s;
    return http_send_extra(r, 302, "Location: /\r\nCache-Control: no-store\r\n",
                           "");
}

/* SiYuan freezes it at the end: later runs are no boot. */
static int
look_at_boot(struct service *s)
{
    const struct copy *c;
    char id[TOPIC_ID_MAX];
    int percent, rc;

    if (atomic_load(&s->has_booted))
        return BOOT_PERCENT_DONE;
    rc = answers_find(s->answers, NULL, id);
    c = mirror_lock(s->mirror);
    percent = boot_percent(c, rc == 0 ? copy_find(c, id) : NULL);
    mirror_unlock(s->mirror);
    if (percent == BOOT_PERCENT_DONE)
        atomic_store(&s->has_booted, true);
    return percent;
}

/* {"details":...,"progress":...} */
static void
write_boot(struct service *s, char data[RESULT_DATA_MAX])
{
    int percent = look_at_boot(s);
    enum text text = percent == BOOT_PERCENT_DONE      ? TEXT_BOOT_DONE
                     : percent >= BOOT_PERCENT_STARTED ? TEXT_BOOT_SYNCING
                     : percent > 0                     ? TEXT_NO_ENGINE
                                                       : TEXT_NO_SNAPSHOT;
    char details[256];
    struct json_out w;

    (void)snprintf(details, sizeof details, "v%s %s", SYNCBUS_VERSION,
                   texts_get(text, s->lang));
    json_out_init(&w, data, RESULT_DATA_MAX - 1);
    json_out_open(&w, '{');
    json_out_key_string(&w, "details", details);
    json_out_key_uint(&w, "progress", (uint64_t)percent);
    json_out_close(&w, '}');
    data[w.len] = '\0';
}

int
system_boot_progress(struct service *s, struct request *r)
{
    char data[RESULT_DATA_MAX];

    write_boot(s, data);
    return result_send(r, &(struct result){.data = data});
}

/*
 * Anybody may ask, so nobody gets an answer that goes on: one event, and the
 * client comes back for the next.
 */
int
system_boot_events(struct service *s, struct request *r)
{
    char data[RESULT_DATA_MAX], text[RESULT_DATA_MAX + 64];
    struct http_head h = {.status = 200,
                          .type = "text/event-stream",
                          .extra = "Cache-Control: no-cache\r\n"};

    write_boot(s, data);
    h.body_len = (size_t)snprintf(text, sizeof text, "retry: %d\ndata: %s\n\n",
                                  BOOT_RETRY_MS, data);
    return http_send_body(r, &h, text);
}

int
system_version(struct service *s, struct request *r)
{
    (void)s;
    return result_send(r, &(struct result){.data = "\"" SYNCBUS_VERSION "\""});
}

int
system_current_time(struct service *s, struct request *r)
{
    char data[32];

    (void)s;
    (void)snprintf(data, sizeof data, "%llu",
                   (unsigned long long)clock_wall_ms());
    return result_send(r, &(struct result){.data = data});
}
