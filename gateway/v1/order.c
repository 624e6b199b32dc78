#include "gateway/v1/order.h"

#include "gateway/http/http.h"
#include "gateway/v1/engines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_CAP 8192 /* bytes of a first answer; grows by doubling */

static int
refuse(struct order *o, enum problem_kind kind)
{
    return problem_send(o->request, kind, o->service->lang,
                        o->request->param[0]);
}

/* Nobody could be asked: why not. */
static int
refuse_call(struct order *o, int error)
{
    switch (error) {
    case -EBUSY:
        return refuse(o, PROBLEM_BUSY);
    case -EINVAL:
        return refuse(o, PROBLEM_UNKNOWN_ENGINE);
    case -ESHUTDOWN:
        return refuse(o, PROBLEM_STOPPING);
    default:
        return refuse(o, PROBLEM_MEMORY);
    }
}

int
order_give(struct order *o)
{
    struct service *s = o->service;
    const char *engine = o->request->param[0];
    enum problem_kind kind = engines_look(s, engine);
    int rc;

    if (kind != PROBLEM_NONE)
        return refuse(o, kind);
    o->reply = malloc(sizeof *o->reply);
    if (o->reply == NULL || json_out_init_heap(&o->out, ANSWER_CAP) != 0)
        return refuse(o, PROBLEM_MEMORY);
    o->command.minor = COMMAND_MINOR;
    rc = calls_ask(&s->calls, engine, &o->command, o->reply);
    if (rc != 0)
        return refuse_call(o, rc);
    if (!o->reply->ok && o->not_found != PROBLEM_NONE &&
        reply_code_find(o->reply->code) == REPLY_NOT_FOUND)
        return refuse(o, o->not_found);
    if (!o->reply->ok) {
        return problem_send_reply(o->request, o->reply->code, o->reply->msg,
                                  s->lang);
    }
    /* It says ok and does not answer what it was asked. */
    if (o->rows != o->reply->rows) {
        return problem_send_reply(
            o->request, reply_code_info(REPLY_INTERNAL)->token, "", s->lang);
    }
    return 0;
}

int
order_answer(struct order *o, int status)
{
    struct http_head h = {.status = status,
                          .type = HTTP_JSON,
                          .extra = "Cache-Control: no-store\r\n",
                          .body_len = o->out.len};

    if (o->out.overflow)
        return refuse(o, PROBLEM_MEMORY);
    return http_send_body(o->request, &h, o->out.buf);
}

void
order_clear(struct order *o)
{
    json_out_clear(&o->out);
    free(o->reply);
    o->reply = NULL;
}
