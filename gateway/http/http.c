#include "gateway/http/http.h"

#include "gateway/siyuan/view.h"
#include "services/runtime/clock.h"

#include <civetweb.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STACK_MAX 8192 /* a longer response is put together on the heap */

#define CORS                                                                   \
    "Access-Control-Allow-Origin: *\r\n"                                       \
    "Access-Control-Allow-Credentials: true\r\n"                               \
    "Access-Control-Allow-Headers: origin, Content-Length, Content-Type,"      \
    " Authorization\r\n"                                                       \
    "Access-Control-Allow-Private-Network: false\r\n"                          \
    "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE,"       \
    " CONNECT, OPTIONS, TRACE\r\n"

static const struct {
    int status;
    const char *line;
} status_lines[] = {
    {101, "HTTP/1.1 101 Switching Protocols\r\n" CORS},
    {200, "HTTP/1.1 200 OK\r\n" CORS},
    {202, "HTTP/1.1 202 Accepted\r\n" CORS},
    {204, "HTTP/1.1 204 No Content\r\n" CORS},
    {301, "HTTP/1.1 301 Moved Permanently\r\n" CORS},
    {302, "HTTP/1.1 302 Found\r\n" CORS},
    {304, "HTTP/1.1 304 Not Modified\r\n" CORS},
    {307, "HTTP/1.1 307 Temporary Redirect\r\n" CORS},
    {400, "HTTP/1.1 400 Bad Request\r\n" CORS},
    {401, "HTTP/1.1 401 Unauthorized\r\n" CORS},
    {403, "HTTP/1.1 403 Forbidden\r\n" CORS},
    {404, "HTTP/1.1 404 Not Found\r\n" CORS},
    {409, "HTTP/1.1 409 Conflict\r\n" CORS},
    {413, "HTTP/1.1 413 Payload Too Large\r\n" CORS},
    {426, "HTTP/1.1 426 Upgrade Required\r\n" CORS},
    {429, "HTTP/1.1 429 Too Many Requests\r\n" CORS},
    {431, "HTTP/1.1 431 Request Header Fields Too Large\r\n" CORS},
    {500, "HTTP/1.1 500 Internal Server Error\r\n" CORS},
    {501, "HTTP/1.1 501 Not Implemented\r\n" CORS},
    {502, "HTTP/1.1 502 Bad Gateway\r\n" CORS},
    {503, "HTTP/1.1 503 Service Unavailable\r\n" CORS},
    {504, "HTTP/1.1 504 Gateway Timeout\r\n" CORS},
    {505, "HTTP/1.1 505 HTTP Version Not Supported\r\n" CORS},
};

#define STATUS_COUNT (sizeof status_lines / sizeof *status_lines)

_Static_assert(STATUS_COUNT <= HTTP_STATUS_MAX, "raise HTTP_STATUS_MAX");

int
http_status(size_t index)
{
    return index < STATUS_COUNT ? status_lines[index].status : 0;
}

size_t
http_status_index(int status)
{
    size_t ours = 0;

    for (size_t i = 0; i < STATUS_COUNT; i++) {
        if (status_lines[i].status == status)
            return i;
        if (status_lines[i].status == 500)
            ours = i;
    }
    return ours;
}

struct head_writer {
    char *out;
    size_t len;
    bool overflow;
};

static void
put(struct head_writer *w, const char *text)
{
    size_t len = strlen(text);

    if (len > HTTP_HEAD_MAX - w->len) {
        w->overflow = true;
        return;
    }
    memcpy(w->out + w->len, text, len);
    w->len += len;
}

int
http_format_head(char out[HTTP_HEAD_MAX], const struct http_head *h)
{
    struct head_writer w = {0};
    char digits[24];

    w.out = out;
    put(&w, status_lines[http_status_index(h->status)].line);
    if (h->type != NULL) {
        put(&w, "Content-Type: ");
        put(&w, h->type);
        put(&w, "\r\n");
    }
    if (h->extra != NULL)
        put(&w, h->extra);
    put(&w, h->close ? "Connection: close\r\n" : "Connection: keep-alive\r\n");
    /* RFC 9110 8.6: never in a 204, and in a 304 the 200's or none. */
    if (h->status != 204 && h->status != 304 && h->body_len != HTTP_ENDLESS) {
        digits[json_out_digits(digits, h->body_len)] = '\0';
        put(&w, "Content-Length: ");
        put(&w, digits);
        put(&w, "\r\n");
    }
    put(&w, "\r\n");
    return w.overflow ? -ENOBUFS : (int)w.len;
}

/* End the connection after this answer, when the answer says so. */
static void
settle_connection(struct request *r, int status)
{
    if (status >= 400)
        r->close = true;
    if (r->close)
        mg_disable_connection_keep_alive(r->conn);
}

static int
send_all(struct request *r, const struct http_head *h, const char *body)
{
    char small[HTTP_HEAD_MAX + 2048];
    char *buf = small;
    size_t body_len = r->is_head ? 0 : h->body_len;
    size_t cap = HTTP_HEAD_MAX + body_len;
    int head_len;

    if (cap > sizeof small)
        buf = malloc(cap);
    if (buf == NULL) {
        mg_disable_connection_keep_alive(r->conn);
        return 500;
    }
    head_len = http_format_head(buf, h);
    if (head_len > 0) {
        memcpy(buf + head_len, body, body_len);
        (void)mg_write(r->conn, buf, (size_t)head_len + body_len);
    } else {
        mg_disable_connection_keep_alive(r->conn);
    }
    if (buf != small)
        free(buf);
    return h->status;
}

int
http_send(struct request *r, int status, const char *type, const char *body)
{
    struct http_head h = {
        .status = status, .type = type, .body_len = strlen(body)};

    settle_connection(r, status);
    h.close = r->close;
    return send_all(r, &h, body);
}

int
http_send_extra(struct request *r, int status, const char *extra,
                const char *body)
{
    struct http_head h = {.status = status,
                          .type = body[0] != '\0' ? HTTP_JSON : NULL,
                          .extra = extra,
                          .body_len = strlen(body)};

    settle_connection(r, status);
    h.close = r->close;
    return send_all(r, &h, body);
}

int
http_send_body(struct request *r, const struct http_head *head,
               const char *body)
{
    struct http_head h = *head;

    settle_connection(r, h.status);
    h.close = r->close;
    return send_all(r, &h, body);
}

int
http_send_result(struct request *r, int code, const char *msg)
{
    char text[1024];
    struct json_out w;

    json_out_init(&w, text, sizeof text - 1);
    view_plain(&w, code, msg);
    if (w.overflow)
        return http_send(r, 500, HTTP_TEXT, "500 answer too long");
    text[w.len] = '\0';
    return http_send(r, 200, HTTP_JSON, text);
}

/* buf holds cap bytes, enough for both. */
static void
send_filled(struct request *r, const struct answer *answer, char *buf,
            const struct slots_now *now)
{
    const struct slots *slots = answer_slots(answer);
    struct slots_numbers numbers;
    struct http_head h = {.status = 200, .type = HTTP_JSON, .close = r->close};
    size_t len;
    const char *text = answer_text(answer, &len);
    int head_len;

    h.body_len = slots_format(slots, len, now, &numbers);
    head_len = http_format_head(buf, &h);
    if (head_len < 0)
        return;
    slots_fill(buf + head_len, text, len, slots, &numbers);
    (void)mg_write(r->conn, buf, (size_t)head_len + h.body_len);
}

int
http_send_answer(struct request *r, const struct answer *answer)
{
    struct slots_now now = {clock_boot_ms(), clock_wall_ms()};
    char small[STACK_MAX];
    char *buf = small;
    size_t len;

    (void)answer_text(answer, &len);
    len += HTTP_HEAD_MAX + (size_t)SLOTS_MAX * SLOTS_DIGITS_MAX;
    if (len > sizeof small)
        buf = malloc(len);
    if (buf == NULL)
        return http_send(r, 503, HTTP_TEXT, "503 out of memory");
    settle_connection(r, 200);
    send_filled(r, answer, buf, &now);
    if (buf != small)
        free(buf);
    return 200;
}
