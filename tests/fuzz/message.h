/*
 * message.h - what must hold of every message of the protocol: what decodes
 * encodes again, and the second reading says the same; what does not leaves
 * the output alone.
 */
#ifndef TESTS_FUZZ_MESSAGE_H
#define TESTS_FUZZ_MESSAGE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct message {
    int (*decode)(void *out, const void *data, size_t size);
    int (*encode)(const void *value, void *buf, size_t cap);
    size_t size; /* of a value */
    void *value, *other;
    unsigned char *wire; /* room for two messages */
    size_t wire_max;
};

static inline int
message_check(const struct message *m, const uint8_t *data, size_t size)
{
    unsigned char *again = m->wire + m->wire_max;
    int len;

    memset(m->value, 0x5a, m->size);
    memset(m->other, 0x5a, m->size);
    if (m->decode(m->value, data, size) != 0) {
        /* Byte by byte, padding too: nothing at all was written. */
        assert(memcmp(m->value, m->other, m->size) == 0);
        return 0;
    }
    len = m->encode(m->value, m->wire, m->wire_max);
    assert(len > 0);
    assert(m->decode(m->other, m->wire, (size_t)len) == 0);
    assert(m->encode(m->other, again, m->wire_max) == len);
    assert(memcmp(m->wire, again, (size_t)len) == 0);
    return 0;
}

/* The whole target for struct NAME, with NAME_decode() and NAME_encode(). */
#define MESSAGE_FUZZ_TARGET(NAME, WIRE_MAX)                                    \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);              \
                                                                               \
    static int decode(void *out, const void *data, size_t size)                \
    {                                                                          \
        return NAME##_decode(out, data, size);                                 \
    }                                                                          \
                                                                               \
    static int encode(const void *value, void *buf, size_t cap)                \
    {                                                                          \
        return NAME##_encode(value, buf, cap);                                 \
    }                                                                          \
                                                                               \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)               \
    {                                                                          \
        static struct NAME value, other;                                       \
        static unsigned char wire[2 * (WIRE_MAX)];                             \
        const struct message message = {.decode = decode,                      \
                                        .encode = encode,                      \
                                        .size = sizeof value,                  \
                                        .value = &value,                       \
                                        .other = &other,                       \
                                        .wire = wire,                          \
                                        .wire_max = (WIRE_MAX)};               \
                                                                               \
        return message_check(&message, data, size);                            \
    }

#endif
