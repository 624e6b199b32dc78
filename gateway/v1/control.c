#include "gateway/v1/control.h"

#include "gateway/siyuan/view_run.h"
#include "gateway/v1/ask.h"
#include "gateway/v1/order.h"
#include "gateway/v1/problem.h"
#include "services/runtime/clock.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Read the body, which may have these members.  Returns 0, or the status of
 * the problem that was sent.
 */
static int
read_body(struct service *s, struct request *r, unsigned members,
          struct ask *out)
{
    size_t cap = r->body_len < 0 ? REQUEST_BODY_MAX : (size_t)r->body_len;
    char *body = malloc(cap + 1); /* an empty body is one as well */
    char why[ASK_WHY_MAX];
    int rc = body != NULL ? request_read_body(r, body, cap) : -ENOMEM;

    if (rc >= 0)
        rc = ask_parse(out, why, members, body, (size_t)rc);
    free(body);
    switch (rc) {
    case 0:
        return 0;
    case -EMSGSIZE:
        return problem_send(r, PROBLEM_TOO_LARGE, s->lang, "");
    case -ENOMEM:
        return problem_send(r, PROBLEM_MEMORY, s->lang, "");
    case -EIO:
        return problem_send(r, PROBLEM_BODY, s->lang, "it is incomplete");
    default:
        return problem_send(r, PROBLEM_BODY, s->lang, why);
    }
}

static void
begin(struct order *o)
{
    json_out_open(&o->out, '{');
    json_out_key_string(&o->out, "engine", o->request->param[0]);
    if ((o->reply->has & REPLY_HAS_RUN) != 0)
        json_out_key_uint(&o->out, "run", o->reply->run);
    if ((o->reply->has & REPLY_HAS_ENABLED) != 0)
        json_out_key_bool(&o->out, "enabled", o->reply->enabled);
}

static int
answer(struct order *o, int status)
{
    json_out_close(&o->out, '}');
    return order_answer(o, status);
}

/* Give an order that has nothing to say but that it was taken. */
static int
give(struct order *o, int status)
{
    int rc = order_give(o);

    if (rc == 0) {
        begin(o);
        rc = answer(o, status);
    }
    order_clear(o);
    return rc;
}

/* The run that was promised: say how it ended, if we hear of it. */
static int
finish_sync(struct order *o, bool wait)
{
    struct service *s = o->service;
    struct await a = {.mirror = s->mirror,
                      .engine = o->request->param[0],
                      .run = o->reply->run,
                      .until_ms = clock_boot_ms() + CONTROL_WAIT_MS};
    struct state_last last;

    begin(o);
    if (!wait || (o->reply->has & REPLY_HAS_RUN) == 0 ||
        calls_await(&s->calls, &a, o->request, &last) != 0)
        return answer(o, 202);
    json_out_key(&o->out, "lastRun");
    view_run_put(&o->out, &last);
    json_out_key(&o->out, "lastError");
    view_run_put_error(&o->out, &last, s->lang);
    return answer(o, 200);
}

int
control_sync(struct service *s, struct request *r)
{
    struct order o = {
        .service = s, .request = r, .command = {.name = COMMAND_SYNC}};
    struct ask ask = {0};
    int rc = read_body(s, r, ASK_DIRECTION | ASK_WAIT, &ask);

    if (rc != 0)
        return rc;
    o.command.dir = ask.direction;
    rc = order_give(&o);
    if (rc == 0)
        rc = finish_sync(&o, ask.wait);
    order_clear(&o);
    return rc;
}

int
control_cancel(struct service *s, struct request *r)
{
    struct order o = {.service = s,
                      .request = r,
                      .command = {.name = COMMAND_CANCEL},
                      .not_found = PROBLEM_NO_RUN};
    struct ask ask = {0};
    int rc = read_body(s, r, ASK_RUN, &ask);

    if (rc != 0)
        return rc;
    o.command.has = ask.has_run ? COMMAND_HAS_RUN : 0;
    o.command.run = ask.run;
    return give(&o, 202);
}

/* Switch scheduled runs on or off. */
static int
set_enabled(struct service *s, struct request *r, enum command_name name)
{
    struct order o = {.service = s, .request = r, .command = {.name = name}};
    struct ask ask = {0};
    int rc = read_body(s, r, 0, &ask);

    return rc != 0 ? rc : give(&o, 200);
}

int
control_enable(struct service *s, struct request *r)
{
    return set_enabled(s, r, COMMAND_ENABLE);
}

int
control_disable(struct service *s, struct request *r)
{
    return set_enabled(s, r, COMMAND_DISABLE);
}
