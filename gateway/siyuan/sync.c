#include "gateway/siyuan/sync.h"

#include "gateway/http/json_out.h"
#include "gateway/siyuan/boot.h"
#include "gateway/siyuan/call.h"
#include "gateway/siyuan/result.h"
#include "gateway/texts.h"
#include "services/runtime/clock.h"

#include <errno.h>
#include <stdlib.h>

#define MSG_MAX 256

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* One call that lets an engine sync. */
struct errand {
    struct service *service;
    struct request *request;
    char engine[TOPIC_ID_MAX];
    uint64_t run; /* that covers it */
    struct state_last last;
};

static enum boot_state
look_at_boot(struct service *s, const char *engine, enum copy_shown *shown)
{
    const struct copy *c = mirror_lock(s->mirror);
    const struct copy_engine *e = copy_find(c, engine);
    enum boot_state boot = e != NULL ? boot_of(&e->state) : BOOT_NEVER;

    *shown = e != NULL ? e->shown : COPY_UNKNOWN;
    mirror_unlock(s->mirror);
    return boot;
}

static bool
is_disabled(struct service *s, const char *engine)
{
    enum copy_shown shown;

    (void)look_at_boot(s, engine, &shown);
    return shown == COPY_DISABLED;
}

/* The wait ended without the run: why. */
static int
refuse_wait(const struct errand *e, int error)
{
    enum lang lang = e->service->lang;
    char msg[MSG_MAX];

    switch (error) {
    case -EBUSY:
        return result_busy(e->request, texts_get(TEXT_BUSY, lang));
    case -ESHUTDOWN:
        return result_busy(e->request, texts_get(TEXT_STOPPING, lang));
    case -ETIMEDOUT:
        return result_fail(e->request, texts_get(TEXT_STILL_SYNCING, lang));
    default:
        texts_fill(msg, sizeof msg, texts_get(TEXT_ENGINE_GONE, lang),
                   (const char *const[]){e->engine, NULL});
        e->request->close = true;
        return result_fail(e->request, msg);
    }
}

/* Wait for the run.  0 and e->last, or the status that was sent. */
static int
wait_for_run(struct errand *e)
{
    struct service *s = e->service;
    struct await a = {.mirror = s->mirror,
                      .engine = e->engine,
                      .run = e->run,
                      .until_ms = clock_boot_ms() + SYNC_WAIT_MS};
    int rc = calls_await(&s->calls, &a, e->request, &e->last);

    return rc == 0 ? 0 : refuse_wait(e, rc);
}

/* Outcomes of order_run() besides 0 and a status. */
#define IS_DISABLED 1 /* nothing was sent: the engine is switched off */

/* Ask for a run.  0 and e->run; IS_DISABLED; or the status that was sent. */
static int
order_run(struct errand *e, enum command_dir dir)
{
    struct command command = {
        .minor = COMMAND_MINOR, .name = COMMAND_SYNC, .dir = dir};
    struct reply *reply;
    int rc = call_command(e->service, e->request, e->engine, &command, &reply);

    if (rc != 0)
        return rc;
    if (reply_code_find(reply->code) == REPLY_DISABLED) {
        rc = IS_DISABLED;
    } else if (!reply->ok || (reply->has & REPLY_HAS_RUN) == 0) {
        rc = call_refused(e->service, e->request, reply);
    }
    e->run = reply->run;
    free(reply);
    return rc;
}

/* {"engine":..,"run":..}, and how it ended when that is known. */
static int
tell_run(const struct errand *e, bool has_ended)
{
    const struct state_last *last = &e->last;
    char data[RESULT_DATA_MAX];
    struct json_out w;

    json_out_init(&w, data, sizeof data - 1);
    json_out_open(&w, '{');
    json_out_key_string(&w, "engine", e->engine);
    json_out_key_uint(&w, "run", has_ended ? last->run : e->run);
    if (has_ended) {
        json_out_key_bool(&w, "ok", last->ok);
        json_out_key_string(&w, "code", last->code);
        json_out_key_string(
            &w, "msg",
            last->ok
                ? ""
                : code_info(code_find(last->code))->text[e->service->lang]);
    }
    json_out_close(&w, '}');
    data[w.len] = '\0';
    return result_send(e->request, &(struct result){.data = data});
}

/* Switched off: skipped in silence, as SiYuan; who asks for data hears why. */
static int
tell_disabled(const struct errand *e, bool says_wait)
{
    if (!says_wait)
        return result_ok(e->request);
    return result_fail(e->request,
                       texts_get(TEXT_STAT_DISABLED, e->service->lang));
}

static enum command_dir
direction_of(const json_t *args)
{
    if (!json_is_boolean(json_object_get(args, "upload")))
        return COMMAND_BOTH;
    return args_bool(args, "upload", false) ? COMMAND_UPLOAD : COMMAND_DOWNLOAD;
}

static int
perform(struct errand *e, const json_t *args)
{
    bool says_wait = json_is_boolean(json_object_get(args, "wait"));
    int rc = call_find_engine(e->service, e->request, args, e->engine);

    if (rc != 0)
        return rc;
    if (args_bool(args, "mobileSwitch", false) &&
        is_disabled(e->service, e->engine))
        return result_ok(e->request);
    rc = order_run(e, direction_of(args));
    if (rc == IS_DISABLED)
        return tell_disabled(e, says_wait);
    if (rc == 0 && !args_bool(args, "wait", true))
        return tell_run(e, false);
    if (rc == 0)
        rc = wait_for_run(e);
    if (rc != 0)
        return rc;
    return says_wait ? tell_run(e, true) : result_ok(e->request);
}

int
sync_perform(struct service *s, struct request *r)
{
    static const struct args_field fields[] = {
        {.key = "mobileSwitch", .type = ARGS_BOOLEAN},
        {.key = "upload", .type = ARGS_BOOLEAN},
        {.key = "engine", .type = ARGS_STRING},
        {.key = "wait", .type = ARGS_BOOLEAN},
    };
    struct errand e = {.service = s, .request = r};
    json_t *args;
    int rc = call_read(r, &args, fields, COUNT(fields));

    if (rc != 0)
        return rc;
    rc = perform(&e, args);
    json_decref(args);
    return rc;
}

/* The body is not read, as in SiYuan. */
int
sync_perform_boot(struct service *s, struct request *r)
{
    struct errand e = {.service = s, .request = r};
    int rc = call_find_engine(s, r, NULL, e.engine);

    if (rc == 0)
        rc = order_run(&e, COMMAND_BOTH);
    if (rc == IS_DISABLED)
        return result_send(r, &(struct result){.code = BOOT_NEVER});
    if (rc == 0)
        rc = wait_for_run(&e);
    if (rc != 0)
        return rc;
    return result_send(
        r, &(struct result){.code = e.last.ok ? BOOT_OK : BOOT_FAILED});
}

/* Nobody to tell of, or no failure: all is well, as far as is known. */
int
sync_get_boot(struct service *s, struct request *r)
{
    char engine[TOPIC_ID_MAX];
    enum copy_shown shown;

    if (r->role != AUTH_ADMIN || answers_find(s->answers, NULL, engine) != 0)
        return result_ok(r);
    if (look_at_boot(s, engine, &shown) != BOOT_FAILED ||
        shown == COPY_DISABLED)
        return result_ok(r);
    return result_send(
        r, &(struct result){.code = 1,
                            .msg = texts_get(TEXT_BOOT_FAILED, s->lang)});
}

static int
set_enable(struct service *s, struct request *r, const json_t *args)
{
    struct command command = {.minor = COMMAND_MINOR,
                              .name = args_bool(args, "enabled", false)
                                          ? COMMAND_ENABLE
                                          : COMMAND_DISABLE};
    char engine[TOPIC_ID_MAX];
    struct reply *reply;
    int rc = call_find_engine(s, r, args, engine);

    if (rc == 0)
        rc = call_command(s, r, engine, &command, &reply);
    if (rc != 0)
        return rc;
    rc = reply->ok ? result_ok(r) : call_refused(s, r, reply);
    free(reply);
    return rc;
}

int
sync_set_enable(struct service *s, struct request *r)
{
    static const struct args_field fields[] = {
        {.key = "enabled", .type = ARGS_BOOLEAN, .is_required = true},
        {.key = "engine", .type = ARGS_STRING},
    };
    json_t *args;
    int rc = call_read(r, &args, fields, COUNT(fields));

    if (rc != 0)
        return rc;
    rc = set_enable(s, r, args);
    json_decref(args);
    return rc;
}
