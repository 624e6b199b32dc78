#include "services/sync-engine/repo/oid.h"

#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_MAX                                                            \
    24 /* decimal whole seconds of an int64 of ms, and a NUL                   \
        */

/* Values of the hex digits, plus one so that all others are 0.  A table: the
 * 40 000 ids of a full-latest are most of the work of reading it. */
static const unsigned char digit_plus_one[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
    ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
    ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

int
oid_from_hex(struct oid *out, const char *hex, size_t len)
{
    struct oid id;

    if (len != OID_HEX_LEN)
        return -EINVAL;
    for (size_t i = 0; i < OID_SIZE; i++) {
        unsigned high = digit_plus_one[(unsigned char)hex[2 * i]];
        unsigned low = digit_plus_one[(unsigned char)hex[2 * i + 1]];

        if (high == 0 || low == 0)
            return -EINVAL;
        id.bytes[i] = (unsigned char)((high - 1) * 16 + (low - 1));
    }
    *out = id;
    return 0;
}

char *
oid_to_hex(const struct oid *id, char out[OID_HEX_MAX])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < OID_SIZE; i++) {
        out[2 * i] = digits[id->bytes[i] >> 4];
        out[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    out[OID_HEX_LEN] = '\0';
    return out;
}

int
oid_of_bytes(struct oid *out, const void *data, size_t len)
{
    if (EVP_Digest(data, len, out->bytes, NULL, EVP_sha1(), NULL) != 1)
        return -EIO;
    return 0;
}

int
oid_of_file(struct oid *out, const char *path, int64_t updated_ms)
{
    char text[PATH_LEN_MAX + SECONDS_MAX];
    size_t len = strlen(path);
    int digits;

    if (len > PATH_LEN_MAX)
        return -ENAMETOOLONG;
    memcpy(text, path, len + 1);
    digits = snprintf(text + len, SECONDS_MAX, "%" PRId64, updated_ms / 1000);
    return oid_of_bytes(out, text, len + (size_t)digits);
}

int
oid_random(struct oid *out)
{
    unsigned char seed[32];

    if (RAND_bytes(seed, sizeof seed) != 1)
        return -EIO;
    return oid_of_bytes(out, seed, sizeof seed);
}

int
oid_compare(const struct oid *a, const struct oid *b)
{
    return memcmp(a->bytes, b->bytes, OID_SIZE);
}

bool
oid_equal(const struct oid *a, const struct oid *b)
{
    return memcmp(a->bytes, b->bytes, OID_SIZE) == 0;
}
