#include "gateway/stream/ws_reader.h"

#include "proto/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Make room for n more bytes behind the first len. */
static int
reserve(char **buf, size_t *cap, size_t len, size_t n)
{
    char *moved;
    size_t bigger = *cap > 0 ? *cap : 256;

    if (len + n <= *cap)
        return 0;
    while (bigger < len + n)
        bigger *= 2;
    moved = realloc(*buf, bigger);
    if (moved == NULL)
        return -ENOMEM;
    *buf = moved;
    *cap = bigger;
    return 0;
}

/* Forget what was used; hold no memory for nothing. */
static void
compact(struct ws_reader *r)
{
    r->len -= r->used;
    if (r->len > 0) {
        memmove(r->bytes, r->bytes + r->used, r->len);
    } else {
        free(r->bytes);
        r->bytes = NULL;
        r->cap = 0;
    }
    r->used = 0;
    if (!r->is_fragmented) {
        free(r->text);
        r->text = NULL;
        r->text_len = r->text_cap = 0;
    }
}

int
ws_reader_put(struct ws_reader *r, const void *bytes, size_t n)
{
    char *buf;
    int rc;

    compact(r);
    if (n == 0)
        return 0;
    buf = (char *)r->bytes;
    rc = reserve(&buf, &r->cap, r->len, n);
    r->bytes = (unsigned char *)buf;
    if (rc != 0)
        return rc;
    memcpy(r->bytes + r->len, bytes, n);
    r->len += n;
    return 0;
}

static int
give(struct ws_event *out, enum ws_event_kind kind, const void *payload,
     size_t len)
{
    *out = (struct ws_event){
        .kind = kind, .code = WS_CODE_NO_CODE, .payload = payload, .len = len};
    return 1;
}

static int
refuse(struct ws_event *out, enum ws_code code)
{
    *out = (struct ws_event){.kind = WS_EVENT_BROKEN, .code = code};
    return 1;
}

/* Why does the client close? */
static int
take_close(struct ws_event *out, const unsigned char *payload, size_t len)
{
    unsigned code;

    if (len == 0)
        return give(out, WS_EVENT_CLOSE, NULL, 0);
    if (len == 1)
        return refuse(out, WS_CODE_PROTOCOL);
    code = (unsigned)payload[0] << 8 | payload[1];
    if (!ws_frame_is_code(code))
        return refuse(out, WS_CODE_PROTOCOL);
    if (!utf8_is_valid(payload + 2, len - 2))
        return refuse(out, WS_CODE_BAD_TEXT);
    (void)give(out, WS_EVENT_CLOSE, NULL, 0);
    out->code = (enum ws_code)code;
    return 1;
}

/* A whole text. */
static int
take_text(struct ws_event *out, const void *text, size_t len)
{
    if (!utf8_is_valid(text, len))
        return refuse(out, WS_CODE_BAD_TEXT);
    return give(out, WS_EVENT_TEXT, text, len);
}

/* A piece of a message in several frames, or a whole one. */
static int
take_piece(struct ws_reader *r, const struct ws_frame *f,
           const unsigned char *payload, struct ws_event *out)
{
    int rc;

    if ((f->opcode == WS_CONTINUATION) != r->is_fragmented)
        return refuse(out, WS_CODE_PROTOCOL);
    if (f->opcode == WS_BINARY)
        return refuse(out, WS_CODE_UNSUPPORTED);
    if (f->opcode == WS_TEXT && f->is_final)
        return take_text(out, payload, f->payload_len);
    if (f->opcode == WS_TEXT)
        r->text_len = 0;
    if (r->text_len + f->payload_len > WS_FRAME_PAYLOAD_MAX)
        return refuse(out, WS_CODE_TOO_BIG);
    rc = reserve(&r->text, &r->text_cap, r->text_len, f->payload_len + 1);
    if (rc != 0)
        return rc;
    memcpy(r->text + r->text_len, payload, f->payload_len);
    r->text_len += f->payload_len;
    r->is_fragmented = !f->is_final;
    return f->is_final ? take_text(out, r->text, r->text_len) : 0;
}

/* What one frame means.  0: nothing by itself. */
static int
take_frame(struct ws_reader *r, const struct ws_frame *f,
           const unsigned char *payload, struct ws_event *out)
{
    switch (f->opcode) {
    case WS_PING:
        return give(out, WS_EVENT_PING, payload, f->payload_len);
    case WS_PONG:
        return give(out, WS_EVENT_PONG, payload, f->payload_len);
    case WS_CLOSE:
        return take_close(out, payload, f->payload_len);
    default:
        return take_piece(r, f, payload, out);
    }
}

int
ws_reader_take(struct ws_reader *r, struct ws_event *out)
{
    struct ws_frame f;
    int rc;

    do {
        size_t left = r->len - r->used;
        unsigned char *at;

        if (left == 0)
            return 0;
        at = r->bytes + r->used;
        rc = ws_frame_parse(&f, at, left);
        if (rc < 0) {
            return refuse(out,
                          rc == -EMSGSIZE ? WS_CODE_TOO_BIG : WS_CODE_PROTOCOL);
        }
        if (rc == 0 || left < f.head_len + f.payload_len)
            return 0;
        r->used += f.head_len + f.payload_len;
        ws_frame_unmask(at + f.head_len, f.payload_len, f.mask, 0);
        rc = take_frame(r, &f, at + f.head_len, out);
    } while (rc == 0);
    return rc;
}

void
ws_reader_clear(struct ws_reader *r)
{
    free(r->bytes);
    free(r->text);
    *r = (struct ws_reader){0};
}
