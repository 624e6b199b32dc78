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

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

int
oid_from_hex(struct oid *out, const char *hex, size_t len)
{
    struct oid id;

    if (len != OID_HEX_LEN)
        return -EINVAL;
    for (size_t i = 0; i < OID_SIZE; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return -EINVAL;
        id.bytes[i] = (unsigned char)(high * 16 + low);
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
