#include "gateway/stream/ws_frame.h"

#include <errno.h>
#include <string.h>

#define FINAL       0x80
#define RESERVED    0x70
#define MASKED      0x80
#define CONTROL_MAX 125 /* bytes of a control frame */

static bool
is_control(unsigned opcode)
{
    return opcode >= WS_CLOSE;
}

static bool
is_opcode(unsigned opcode)
{
    return opcode <= WS_BINARY || (is_control(opcode) && opcode <= WS_PONG);
}

static uint64_t
read_number(const unsigned char *bytes, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

/*
 * The length and how many bytes say it.  Returns as ws_frame_parse(); what is
 * too long is said as soon as it is known.
 */
static int
parse_length(const unsigned char *bytes, size_t len, uint64_t *length,
             size_t *extra)
{
    unsigned first = bytes[1] & 0x7fU;

    *extra = first == 126 ? 2 : first == 127 ? 8 : 0;
    *length = first;
    if (len < 2 + *extra)
        return 0;
    if (*extra > 0)
        *length = read_number(bytes + 2, *extra);
    /* The shortest form, and no top bit (5.2). */
    if ((*extra == 2 && *length < 126) || (*extra == 8 && *length < 65536) ||
        *length >> 63 != 0)
        return -EPROTO;
    return *length > WS_FRAME_PAYLOAD_MAX ? -EMSGSIZE : 1;
}

int
ws_frame_parse(struct ws_frame *out, const unsigned char *bytes, size_t len)
{
    unsigned opcode;
    uint64_t length;
    size_t extra;
    int rc;

    if (len < 2)
        return 0;
    opcode = bytes[0] & 0x0fU;
    if ((bytes[0] & RESERVED) != 0 || !is_opcode(opcode) ||
        (bytes[1] & MASKED) == 0)
        return -EPROTO;
    if (is_control(opcode) &&
        ((bytes[0] & FINAL) == 0 || (bytes[1] & 0x7fU) > CONTROL_MAX))
        return -EPROTO;
    rc = parse_length(bytes, len, &length, &extra);
    if (rc <= 0)
        return rc;
    if (len < 2 + extra + 4)
        return 0;
    *out = (struct ws_frame){.opcode = (enum ws_opcode)opcode,
                             .is_final = (bytes[0] & FINAL) != 0,
                             .head_len = 2 + extra + 4,
                             .payload_len = (size_t)length};
    memcpy(out->mask, bytes + 2 + extra, 4);
    return 1;
}

void
ws_frame_unmask(unsigned char *bytes, size_t n, const unsigned char mask[4],
                size_t at)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] ^= mask[(at + i) % 4];
}

bool
ws_frame_is_code(unsigned code)
{
    return (code >= 1000 && code <= 1011 && code != 1004 && code != 1005 &&
            code != 1006) ||
           (code >= 3000 && code <= 4999);
}

size_t
ws_frame_head(unsigned char out[WS_FRAME_HEAD_MAX], enum ws_opcode opcode,
              size_t payload_len)
{
    size_t extra = payload_len < 126 ? 0 : payload_len < 65536 ? 2 : 8;

    out[0] = (unsigned char)(FINAL | (unsigned)opcode);
    out[1] = extra == 0 ? (unsigned char)payload_len : extra == 2 ? 126 : 127;
    for (size_t i = 0; i < extra; i++)
        out[2 + i] = (unsigned char)(payload_len >> 8 * (extra - 1 - i));
    return 2 + extra;
}

struct shared_text *
ws_frame_new(enum ws_opcode opcode, const void *payload, size_t len)
{
    unsigned char head[WS_FRAME_HEAD_MAX];
    size_t n = ws_frame_head(head, opcode, len);
    struct shared_text *t = shared_text_new(n + len);

    if (t == NULL)
        return NULL;
    memcpy(t->text, head, n);
    if (len > 0)
        memcpy(t->text + n, payload, len);
    return t;
}

struct shared_text *
ws_frame_new_close(enum ws_code code)
{
    const char payload[] = {(char)(code >> 8), (char)(code & 0xff)};

    return ws_frame_new(WS_CLOSE, payload,
                        code == WS_CODE_NO_CODE ? 0 : sizeof payload);
}
