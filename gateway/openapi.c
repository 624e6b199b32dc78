#include "gateway/openapi.h"

#include "gateway/http/http.h"

int
openapi_send(struct service *s, struct request *r)
{
    struct http_head h = {
        .status = 200, .type = HTTP_JSON, .body_len = openapi_json_len};

    (void)s;
    return http_send_body(r, &h, (const char *)openapi_json);
}
