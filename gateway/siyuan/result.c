#include "gateway/siyuan/result.h"

#include "gateway/http/http.h"
#include "gateway/http/json_out.h"

#include <string.h>

#define TEXT_MAX (RESULT_DATA_MAX + 1024)
#define SHORTLY  "{\"closeTimeout\":5000}"

int
result_send(struct request *r, const struct result *result)
{
    int status = result->status != 0 ? result->status : 200;
    char text[TEXT_MAX];
    struct json_out w;

    json_out_init(&w, text, sizeof text - 1);
    json_out_open(&w, '{');
    json_out_key(&w, "code");
    json_out_int(&w, result->code);
    json_out_key_string(&w, "msg", result->msg != NULL ? result->msg : "");
    json_out_key(&w, "data");
    if (result->data != NULL) {
        json_out_raw(&w, result->data, strlen(result->data));
    } else {
        json_out_null(&w);
    }
    json_out_close(&w, '}');
    if (w.overflow)
        return http_send(r, 500, HTTP_TEXT, "500 answer too long");
    text[w.len] = '\0';
    return http_send_extra(r, status, result->extra, text);
}

int
result_ok(struct request *r)
{
    return result_send(r, &(struct result){.code = 0});
}

int
result_fail(struct request *r, const char *msg)
{
    return result_send(
        r, &(struct result){.code = -1, .msg = msg, .data = SHORTLY});
}

int
result_busy(struct request *r, const char *msg)
{
    return result_send(r, &(struct result){.status = 503,
                                           .code = -1,
                                           .msg = msg,
                                           .data = SHORTLY,
                                           .extra = "Retry-After: 5\r\n"});
}
