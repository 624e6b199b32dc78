#include "proto/reply.h"
#include "tests/fuzz/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
decode(void *out, const void *data, size_t size)
{
    return reply_decode(out, data, size);
}

static int
encode(const void *value, void *buf, size_t cap)
{
    return reply_encode(value, buf, cap);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reply value, other;
    static unsigned char wire[2 * REPLY_WIRE_MAX];
    const struct message message = {
        .decode = decode,
        .encode = encode,
        .size = sizeof value,
        .value = &value,
        .other = &other,
        .wire = wire,
        .wire_max = REPLY_WIRE_MAX,
    };

    return message_check(&message, data, size);
}
