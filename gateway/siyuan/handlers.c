#include "gateway/siyuan/handlers.h"

#include "gateway/http/body.h"
#include "gateway/http/http.h"
#include "gateway/http/query.h"
#include "gateway/texts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINE_NAME_MAX 128  /* longer than any id: it will be unknown */
#define SMALL_BODY      1024 /* on the stack; longer ones on the heap */

/*
 * Which engine does the body name?  Returns 0, an outcome of body_engine(),
 * or a failure of request_read_body().
 */
static int
read_engine(struct request *r, char *buf, size_t cap,
            char engine[ENGINE_NAME_MAX])
{
    int len = request_read_body(r, buf, cap);

    return len < 0 ? len
                   : body_engine(engine, ENGINE_NAME_MAX, buf, (size_t)len);
}

static int
read_engine_anywhere(struct request *r, char engine[ENGINE_NAME_MAX])
{
    char small[SMALL_BODY];
    char *large;
    int rc;

    if (r->body_len >= 0 && r->body_len <= SMALL_BODY)
        return read_engine(r, small, sizeof small, engine);
    if (r->body_len > REQUEST_BODY_MAX)
        return -EMSGSIZE;
    large = malloc(REQUEST_BODY_MAX);
    if (large == NULL)
        return -ENOMEM;
    rc = read_engine(r, large, REQUEST_BODY_MAX, engine);
    free(large);
    return rc;
}

static int
refuse_body(struct request *r, int error)
{
    if (error == -EMSGSIZE)
        return http_send(r, 413, HTTP_TEXT, "413 request body over 64 KiB");
    if (error == -ENOMEM)
        return http_send(r, 503, HTTP_TEXT, "503 out of memory");
    return http_send(r, 400, HTTP_TEXT, "400 the request body is incomplete");
}

int
handlers_sync_info(struct service *s, struct request *r)
{
    char engine[ENGINE_NAME_MAX] = "";
    struct answer *answer;
    int rc = read_engine_anywhere(r, engine);

    if (rc < 0)
        return refuse_body(r, rc);
    if (rc == BODY_WRONG_TYPE) {
        return http_send_result(r, -1,
                                "Field [engine] should be of type [String]");
    }
    if (rc == BODY_NO_ENGINE)
        (void)query_find_name(r->query, "engine", engine, sizeof engine);
    answer = answers_take(s->answers, engine);
    if (answer == NULL)
        return http_send(r, 503, HTTP_TEXT, "503 out of memory");
    rc = http_send_answer(r, answer);
    answers_drop(s->answers, answer);
    return rc;
}

int
handlers_configuration(struct service *s, struct request *r)
{
    return http_send_result(r, -1, texts_get(TEXT_CONFIGURATION, s->lang));
}

int
handlers_healthz(struct service *s, struct request *r)
{
    (void)s;
    return http_send(r, 200, HTTP_TEXT, "ok\n");
}

int
handlers_readyz(struct service *s, struct request *r)
{
    const char *why = answers_why_not_ready(s->answers);
    char text[128];

    if (why == NULL)
        return http_send(r, 200, HTTP_TEXT, "ok\n");
    (void)snprintf(text, sizeof text, "%s\n", why);
    return http_send(r, 503, HTTP_TEXT, text);
}
