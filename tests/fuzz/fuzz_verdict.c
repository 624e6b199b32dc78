#include "proto/verdict.h"
#include "tests/fuzz/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
decode(void *out, const void *data, size_t size)
{
    return verdict_decode(out, data, size);
}

static int
encode(const void *value, void *buf, size_t cap)
{
    return verdict_encode(value, buf, cap);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct verdict value, other;
    static unsigned char wire[2 * VERDICT_WIRE_MAX];
    const struct message message = {
        .decode = decode,
        .encode = encode,
        .size = sizeof value,
        .value = &value,
        .other = &other,
        .wire = wire,
        .wire_max = VERDICT_WIRE_MAX,
    };

    return message_check(&message, data, size);
}
