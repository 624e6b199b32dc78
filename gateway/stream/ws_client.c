#include "gateway/stream/ws_client.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define GUID       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455 1.3 */
#define KEY_MAX    64
#define ACCEPT_MAX 256
#define WORD_MAX   64
#define ANSWER_MAX 1024

struct shared_text *
ws_client_accept(const char *key)
{
    char text[KEY_MAX + sizeof GUID], head[ACCEPT_MAX];
    unsigned char digest[EVP_MAX_MD_SIZE], code[2 * EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    int len = snprintf(text, sizeof text, "%s" GUID, key);

    if (len < 0 || (size_t)len >= sizeof text ||
        EVP_Digest(text, (size_t)len, digest, &digest_len, EVP_sha1(), NULL) !=
            1)
        return NULL;
    (void)EVP_EncodeBlock(code, digest, (int)digest_len);
    len = snprintf(head, sizeof head,
                   "HTTP/1.1 101 Switching Protocols\r\n"
                   "Upgrade: websocket\r\n"
                   "Connection: Upgrade\r\n"
                   "Sec-WebSocket-Accept: %s\r\n\r\n",
                   (const char *)code);
    return shared_text_copy(head, (size_t)len);
}

/* Takes over the reference.  What does not fit is dropped, as SiYuan does. */
static void
enqueue(struct ws_client *c, struct shared_text *frame)
{
    if (frame != NULL && c->queued < WS_CLIENT_QUEUE_MAX) {
        c->queue[c->queued++] = frame;
    } else {
        shared_text_drop(frame);
    }
}

int
ws_client_start(struct ws_client *c, struct watches *watches,
                struct shared_text *accept, uint64_t now_ms)
{
    struct shared_text *frames;
    int rc;

    c->watches = watches;
    c->heard_at_ms = now_ms;
    c->ping_at_ms = now_ms + WS_CLIENT_PING_MS;
    enqueue(c, accept);
    if (!c->is_told)
        return 0;
    rc = watches_join(watches, &c->follow, c->engine, &frames);
    if (frames != NULL)
        enqueue(c, frames);
    return rc;
}

void
ws_client_clear(struct ws_client *c)
{
    ws_reader_clear(&c->reader);
    for (size_t i = 0; i < c->queued; i++)
        shared_text_drop(c->queue[i]);
    c->queued = 0;
    watches_leave(c->watches, &c->follow);
}

void
ws_client_close(struct ws_client *c, enum ws_code code, uint64_t now_ms)
{
    if (c->is_closing)
        return;
    c->is_closing = true;
    c->end_at_ms = now_ms + WS_CLIENT_CLOSE_MS;
    /* It must get through: answers that wait are of no use any more. */
    if (c->queued == WS_CLIENT_QUEUE_MAX)
        shared_text_drop(c->queue[--c->queued]);
    enqueue(c, ws_frame_new_close(code));
}

void
ws_client_log_out(struct ws_client *c, uint64_t now_ms)
{
    static const struct push_message m = {.cmd = "logoutAuth", .msg = ""};
    char json[ANSWER_MAX];
    size_t len = push_format(json, sizeof json, &m);

    if (c->is_told && !c->is_closing && len > 0)
        enqueue(c, ws_frame_new(WS_TEXT, json, len));
    ws_client_close(c, WS_CODE_NORMAL, now_ms);
}

/* ---- what it says ---- */

static void
answer(struct ws_client *c, const char *cmd, uint64_t request, const char *msg)
{
    struct push_message m = {
        .cmd = cmd, .request = request, .code = -1, .msg = msg};
    char json[ANSWER_MAX];
    size_t len = push_format(json, sizeof json, &m);

    if (len > 0)
        enqueue(c, ws_frame_new(WS_TEXT, json, len));
}

static void
obey(struct ws_client *c, const char *cmd, uint64_t request, uint64_t now_ms)
{
    char msg[WORD_MAX + 32];

    if (strcmp(cmd, "ping") == 0)
        return;
    if (strcmp(cmd, "closews") == 0) {
        ws_client_close(c, WS_CODE_NORMAL, now_ms);
        return;
    }
    (void)snprintf(msg, sizeof msg, "can not find command [%s]", cmd);
    answer(c, cmd, request, msg);
}

static void
take_command(struct ws_client *c, const char *text, size_t len, uint64_t now_ms)
{
    json_t *root = json_loadb(text, len, 0, NULL);
    const char *cmd = json_string_value(json_object_get(root, "cmd"));
    json_int_t request = json_integer_value(json_object_get(root, "reqId"));
    char word[WORD_MAX];

    if (cmd == NULL) {
        answer(c, "", 0, "Bad Request");
    } else {
        (void)snprintf(word, sizeof word, "%s", cmd);
        obey(c, word, request > 0 ? (uint64_t)request : 0, now_ms);
    }
    json_decref(root);
}

static void
take_event(struct ws_client *c, const struct ws_event *e, uint64_t now_ms)
{
    switch (e->kind) {
    case WS_EVENT_TEXT:
        take_command(c, e->payload, e->len, now_ms);
        return;
    case WS_EVENT_PING:
        enqueue(c, ws_frame_new(WS_PONG, e->payload, e->len));
        return;
    case WS_EVENT_PONG:
        return;
    case WS_EVENT_CLOSE:
    case WS_EVENT_BROKEN:
        ws_client_close(c, e->code, now_ms);
        return;
    }
}

int
ws_client_receive(struct ws_client *c, const void *bytes, size_t n,
                  uint64_t now_ms)
{
    struct ws_event event;
    int rc;

    c->heard_at_ms = now_ms;
    if (c->is_closing)
        return 0; /* whatever it is, it comes too late */
    rc = ws_reader_put(&c->reader, bytes, n);
    while (rc == 0 && !c->is_closing) {
        rc = ws_reader_take(&c->reader, &event);
        if (rc <= 0)
            return rc;
        take_event(c, &event, now_ms);
        rc = 0;
    }
    return rc;
}

/* ---- what it is told ---- */

/* Put what is new behind what waits.  Returns 0 or -ENOMEM. */
static int
look_for_news(struct ws_client *c)
{
    struct shared_text *frames;
    int rc;

    /* Nothing waits: nothing is old when it goes out. */
    if (c->is_closing || c->queued > 0)
        return 0;
    rc = watches_take(c->watches, &c->follow, &frames);
    if (frames != NULL)
        enqueue(c, frames);
    return rc;
}

static int
send_queue(struct ws_client *c, struct outlet *o, uint64_t now_ms)
{
    struct outlet_part parts[WS_CLIENT_QUEUE_MAX];
    int begun;

    for (size_t i = 0; i < c->queued; i++) {
        parts[i] = (struct outlet_part){c->queue[i], c->queue[i]->text,
                                        c->queue[i]->len};
    }
    begun = outlet_send(o, parts, c->queued, now_ms);
    if (begun < 0)
        return begun;
    for (size_t i = 0; i < (size_t)begun; i++)
        shared_text_drop(c->queue[i]);
    c->queued -= (size_t)begun;
    memmove(c->queue, c->queue + begun,
            c->queued * sizeof(struct shared_text *));
    return 0;
}

int
ws_client_send(struct ws_client *c, struct outlet *o, uint64_t now_ms)
{
    int rc = send_queue(c, o, now_ms);

    if (rc == 0 && !o->is_blocked) {
        rc = look_for_news(c);
        if (rc == 0 && c->queued > 0)
            rc = send_queue(c, o, now_ms);
    }
    if (rc == 0 && c->is_closing && !o->is_blocked && !c->has_shut) {
        /* Closing outright could take the close frame back. */
        (void)shutdown(o->fd, SHUT_WR);
        c->has_shut = true;
    }
    return rc;
}

int
ws_client_tick(struct ws_client *c, uint64_t now_ms)
{
    if (c->is_closing)
        return now_ms >= c->end_at_ms ? -ETIMEDOUT : 0;
    if (now_ms >= c->heard_at_ms + WS_CLIENT_SILENT_MS)
        return -ETIMEDOUT;
    if (now_ms >= c->ping_at_ms) {
        c->ping_at_ms = now_ms + WS_CLIENT_PING_MS;
        enqueue(c, ws_frame_new(WS_PING, NULL, 0));
    }
    return 0;
}
