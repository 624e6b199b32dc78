#include "tests/support/vectors.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define UNTOUCHED 0x5a

static json_t *
load_file(void)
{
    json_error_t error;
    json_t *all = json_load_file(SOURCE_ROOT "/proto/vectors.json",
                                 JSON_REJECT_DUPLICATES, &error);

    if (all == NULL)
        fail_msg("vectors.json:%d: %s", error.line, error.text);
    assert_true(json_array_size(all) > 100);
    return all;
}

static const char *
text_of(const json_t *vector, const char *key)
{
    return json_string_value(json_object_get(vector, key));
}

static size_t
from_hex(const char *hex, unsigned char *buf)
{
    size_t len = strlen(hex) / 2;

    assert_true(len <= VECTORS_WIRE_MAX);
    for (size_t i = 0; i < len; i++) {
        char byte[3] = {hex[2 * i], hex[2 * i + 1]};

        buf[i] = (unsigned char)strtoul(byte, NULL, 16);
    }
    return len;
}

/* Decode from memory that ends with the message, so that ASan sees more. */
static int
decode_exactly(const struct vectors_codec *codec, void *out,
               const unsigned char *bytes, size_t len)
{
    unsigned char *copy = malloc(len + 1);
    int rc;

    assert_non_null(copy);
    /* Byte 0 is there only because len may be 0. */
    memcpy(copy + 1, bytes, len);
    rc = codec->decode(out, copy + 1, len);
    free(copy);
    return rc;
}

static void
check_refused(const struct vectors_codec *codec, const char *name,
              const unsigned char *bytes, size_t len)
{
    unsigned char *out = malloc(codec->size), *before = malloc(codec->size);

    assert_non_null(out);
    assert_non_null(before);
    memset(out, UNTOUCHED, codec->size);
    memset(before, UNTOUCHED, codec->size);
    if (decode_exactly(codec, out, bytes, len) >= 0)
        fail_msg("%s: %zu bytes were accepted", name, len);
    if (memcmp(out, before, codec->size) != 0)
        fail_msg("%s: refused at %zu bytes, but the output changed", name, len);
    free(out);
    free(before);
}

static void
check_accepted(const struct vectors_codec *codec, const json_t *vector,
               const unsigned char *bytes, size_t len)
{
    unsigned char want[VECTORS_WIRE_MAX], got[VECTORS_WIRE_MAX];
    const char *name = text_of(vector, "name");
    const char *again = text_of(vector, "again");
    size_t want_len =
        from_hex(again == NULL ? text_of(vector, "hex") : again, want);
    void *value = malloc(codec->size);
    int rc;

    assert_non_null(value);
    memset(value, UNTOUCHED, codec->size);
    rc = decode_exactly(codec, value, bytes, len);
    if (rc != 0)
        fail_msg("%s: refused: %d", name, rc);
    rc = codec->encode(value, got, sizeof got);
    if (rc != (int)want_len || memcmp(got, want, want_len) != 0)
        fail_msg("%s: encodes to other bytes (%d)", name, rc);
    if (codec->encode(value, got, want_len - 1) >= 0)
        fail_msg("%s: encoded into a buffer that is too small", name);
    for (size_t n = 0; n < len && !codec->prefixes_may_pass; n++)
        check_refused(codec, name, bytes, n);
    free(value);
}

void
vectors_check(const struct vectors_codec *codec)
{
    json_t *all = load_file(), *vector;
    size_t i, accepted = 0, refused = 0;

    json_array_foreach(all, i, vector)
    {
        unsigned char bytes[VECTORS_WIRE_MAX];
        const char *message = text_of(vector, "message");
        size_t len;

        if (strcmp(message, codec->message) != 0 && strcmp(message, "any") != 0)
            continue;
        len = from_hex(text_of(vector, "hex"), bytes);
        if (json_object_get(vector, "value") != NULL) {
            check_accepted(codec, vector, bytes, len);
            accepted++;
        } else {
            check_refused(codec, text_of(vector, "name"), bytes, len);
            refused++;
        }
    }
    json_decref(all);
    assert_true(accepted >= 3 && refused >= 3);
}

void
vectors_each(const char *message,
             void (*check)(const char *name, const unsigned char *bytes,
                           size_t len))
{
    json_t *all = load_file(), *vector;
    size_t i;

    json_array_foreach(all, i, vector)
    {
        unsigned char bytes[VECTORS_WIRE_MAX];

        if (strcmp(text_of(vector, "message"), message) == 0) {
            check(text_of(vector, "name"), bytes,
                  from_hex(text_of(vector, "hex"), bytes));
        }
    }
    json_decref(all);
}

size_t
vectors_load(const char *name, unsigned char *buf)
{
    json_t *all = load_file(), *vector;
    size_t i, len = 0;

    json_array_foreach(all, i, vector)
    {
        if (strcmp(text_of(vector, "name"), name) == 0)
            len = from_hex(text_of(vector, "hex"), buf);
    }
    json_decref(all);
    if (len == 0)
        fail_msg("vectors.json has no %s", name);
    return len;
}

uint64_t
vectors_random(void)
{
    static uint64_t x = 88172645463325252;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}
