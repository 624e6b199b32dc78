/*
 * result.h - SiYuan's envelope: {"code":..,"msg":..,"data":..}.
 *
 * All of them answer the request, with status 200 where none is named, and
 * return the status they sent.
 */
#ifndef GATEWAY_SIYUAN_RESULT_H
#define GATEWAY_SIYUAN_RESULT_H

#include "gateway/http/request.h"

#define RESULT_DATA_MAX 1024 /* bytes of data as JSON, with the NUL */

struct result {
    int status;        /* 0: 200 */
    int code;          /* 0 ok; below: the front end shows msg */
    const char *msg;   /* NULL: "" */
    const char *data;  /* JSON; NULL: null */
    const char *extra; /* header fields, each with its CRLF; or NULL */
};

int result_send(struct request *r, const struct result *result);

/* code 0, no msg, no data */
int result_ok(struct request *r);

/* code -1 and msg, which the front end shows for five seconds. */
int result_fail(struct request *r, const char *msg);

/* A failure that passes: 503, so that callers who look at it only see. */
int result_busy(struct request *r, const char *msg);

#endif
