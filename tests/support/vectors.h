/*
 * vectors.h - proto/vectors.json in the unit tests: every vector of a message
 * must be read, written back and refused as the file says.
 *
 * Needs cmocka: a failure names the vector and ends the test.
 */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VECTORS_WIRE_MAX 16384 /* bytes of the longest vector */

/* One message's encoder and decoder, with its struct as bytes. */
struct vectors_codec {
    const char *message; /* "state": value of the key `message` */
    size_t size;         /* of the struct */
    int (*decode)(void *out, const void *buf, size_t len);
    int (*encode)(const void *value, void *buf, size_t cap);
    bool prefixes_may_pass; /* topics: a part of one may be another */
};

/*
 * Check all vectors of the message: what has a `value` is decoded and encodes
 * to `again` (or to itself), fits no smaller buffer, and none of its prefixes
 * is accepted; what has an `error` is refused.  A refusal leaves the output
 * alone.  Vectors of the message "any" are refused by everyone.
 */
void vectors_check(const struct vectors_codec *codec);

/*
 * check_vectors(message): vectors_check() for a message that is read into
 * struct NAME by NAME_decode() and written by NAME_encode().
 */
#define VECTORS_CHECK_OF(NAME)                                                 \
    static int decode(void *out, const void *buf, size_t len)                  \
    {                                                                          \
        return NAME##_decode(out, buf, len);                                   \
    }                                                                          \
                                                                               \
    static int encode(const void *value, void *buf, size_t cap)                \
    {                                                                          \
        return NAME##_encode(value, buf, cap);                                 \
    }                                                                          \
                                                                               \
    static void check_vectors(const char *message)                             \
    {                                                                          \
        const struct vectors_codec codec = {.message = message,                \
                                            .size = sizeof(struct NAME),       \
                                            .decode = decode,                  \
                                            .encode = encode};                 \
                                                                               \
        vectors_check(&codec);                                                 \
    }

/* Call check for each vector of the message. */
void vectors_each(const char *message,
                  void (*check)(const char *name, const unsigned char *bytes,
                                size_t len));

/* Bytes of the vector of this name into buf[VECTORS_WIRE_MAX].  Returns len. */
size_t vectors_load(const char *name, unsigned char *buf);

/* For properties: the next of a fixed sequence of numbers (xorshift64). */
uint64_t vectors_random(void);

#endif
