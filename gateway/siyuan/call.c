#include "gateway/siyuan/call.h"

#include "gateway/http/http.h"
#include "gateway/http/query.h"
#include "gateway/siyuan/result.h"
#include "gateway/texts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINE_NAME_MAX 128 /* longer than any id: it will be unknown */
#define MSG_MAX         384

static int
no_memory(struct request *r)
{
    return http_send(r, 503, HTTP_TEXT, "503 out of memory");
}

static int
refuse_body(struct request *r, int error)
{
    if (error == -EMSGSIZE)
        return http_send(r, 413, HTTP_TEXT, "413 request body over 64 KiB");
    return http_send(r, 400, HTTP_TEXT, "400 the request body is incomplete");
}

/* Parse what the body says.  0, -EINVAL with msg, or -ENOMEM. */
static int
parse(json_t **out, char msg[ARGS_MSG_MAX], const struct request *r,
      const char *body, int len)
{
    return args_parse(out, msg, r->path, body, (size_t)len);
}

int
call_read(struct request *r, json_t **out, const struct args_field *fields,
          size_t count)
{
    size_t cap = r->body_len < 0 ? REQUEST_BODY_MAX : (size_t)r->body_len;
    char *body = malloc(cap + 1); /* an empty body is one as well */
    char msg[ARGS_MSG_MAX];
    int len = body != NULL ? request_read_body(r, body, cap) : -ENOMEM;
    int rc = len >= 0 ? parse(out, msg, r, body, len) : 0;

    free(body);
    if (len == -ENOMEM || rc == -ENOMEM)
        return no_memory(r);
    if (len < 0)
        return refuse_body(r, len);
    if (rc == 0 && args_check(msg, *out, fields, count) == 0)
        return 0;
    if (rc == 0)
        json_decref(*out);
    *out = NULL;
    return result_send(r, &(struct result){.code = -1, .msg = msg});
}

/* Nobody could be found by that name. */
static int
refuse_engine(struct service *s, struct request *r, int error,
              const char *engine)
{
    char msg[MSG_MAX];
    enum text text = error == -ENODATA    ? TEXT_NO_SNAPSHOT
                     : error == -ENOTCONN ? TEXT_HUB_AWAY
                     : error == -ENODEV   ? TEXT_NO_ENGINE
                                          : TEXT_UNKNOWN_ENGINE;

    texts_fill(msg, sizeof msg, texts_get(text, s->lang),
               (const char *const[]){engine, NULL});
    return result_fail(r, msg);
}

int
call_find_engine(struct service *s, struct request *r, const json_t *args,
                 char id[TOPIC_ID_MAX])
{
    const char *given = json_string_value(json_object_get(args, "engine"));
    char engine[ENGINE_NAME_MAX] = "";
    int rc;

    if (given != NULL) {
        (void)snprintf(engine, sizeof engine, "%s", given);
    } else {
        (void)query_find_name(r->query, "engine", engine, sizeof engine);
    }
    rc = answers_find(s->answers, engine, id);
    return rc == 0 ? 0 : refuse_engine(s, r, rc, engine);
}

int
call_command(struct service *s, struct request *r, const char *engine,
             const struct command *command, struct reply **out)
{
    int rc;

    *out = malloc(sizeof **out);
    if (*out == NULL)
        return no_memory(r);
    rc = calls_ask(&s->calls, engine, command, *out);
    if (rc == 0)
        return 0;
    free(*out);
    *out = NULL;
    if (rc == -EBUSY)
        return result_busy(r, texts_get(TEXT_BUSY, s->lang));
    if (rc == -ESHUTDOWN)
        return result_busy(r, texts_get(TEXT_STOPPING, s->lang));
    return no_memory(r);
}

int
call_refused(struct service *s, struct request *r, const struct reply *reply)
{
    const struct code_info *info =
        reply_code_info(reply_code_find(reply->code));
    char msg[MSG_MAX];

    if (info->remedy[s->lang][0] == '\0')
        return result_fail(r, info->text[s->lang]);
    (void)snprintf(msg, sizeof msg, s->lang == LANG_EN ? "%s. %s" : "%s。%s",
                   info->text[s->lang], info->remedy[s->lang]);
    return result_fail(r, msg);
}
