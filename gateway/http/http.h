/*
 * http.h - finished responses: head and body in one write.
 *
 * Every response carries the CORS fields that SiYuan's kernel sends.
 * Threads: each request's own.
 */
#ifndef GATEWAY_HTTP_HTTP_H
#define GATEWAY_HTTP_HTTP_H

#include "gateway/http/request.h"
#include "gateway/siyuan/answers.h"

#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX 1024 /* bytes of a head, extra fields included */
#define HTTP_JSON     "application/json; charset=utf-8"
#define HTTP_TEXT     "text/plain"
#define HTTP_ENDLESS  SIZE_MAX /* length of a body that goes on */

#define HTTP_STATUS_MAX 32 /* there are not so many */

struct http_head {
    int status;
    const char *type;  /* NULL: no Content-Type */
    const char *extra; /* further fields, each with its CRLF; or NULL */
    size_t body_len;   /* HTTP_ENDLESS: none is said */
    bool close;
};

/*
 * Every status that is sent: the one at index, 0 behind the last; and the
 * index of one, which for all others is that of 500.
 */
int http_status(size_t index);
size_t http_status_index(int status);

/*
 * Write a head to out.  Returns its length, or -ENOBUFS when the extra fields
 * are too long.  Pure.
 */
int http_format_head(char out[HTTP_HEAD_MAX], const struct http_head *h);

/*
 * Send a response; all of them return its status.  HEAD gets the same head,
 * and no body.  From 400 on, the
 * connection is closed: what a confused client sends next is not guessed.
 */
int http_send(struct request *r, int status, const char *type,
              const char *body);
int http_send_extra(struct request *r, int status, const char *extra,
                    const char *body);

/* body_len bytes of body; head->close is not looked at. */
int http_send_body(struct request *r, const struct http_head *head,
                   const char *body);

/* 200, {"code":..,"msg":..,"data":null} */
int http_send_result(struct request *r, int code, const char *msg);

/* A rendered answer with the numbers of now in its slots. */
int http_send_answer(struct request *r, const struct answer *answer);

#endif
