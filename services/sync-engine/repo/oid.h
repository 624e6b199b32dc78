/*
 * oid.h - the identity of an object: a SHA-1 sum, 20 bytes in memory and 40
 * lower-case hex characters in names, refs and JSON.
 *
 * A struct oid is a plain value, copied with '='.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_OID_H
#define SERVICES_SYNC_ENGINE_REPO_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OID_SIZE    20
#define OID_HEX_LEN 40                /* characters, without a NUL */
#define OID_HEX_MAX (OID_HEX_LEN + 1) /* a buffer for the hex form */

struct oid {
    unsigned char bytes[OID_SIZE];
};

/*
 * Read exactly 40 lower-case hex characters: the content of a ref (section
 * 3.7: no newline, no white space), an object's name, an id in JSON.
 *
 * Returns 0, or -EINVAL and leaves *out alone.
 */
int oid_from_hex(struct oid *out, const char *hex, size_t len);

/* Write the hex form and a NUL to out; returns out. */
char *oid_to_hex(const struct oid *id, char out[OID_HEX_MAX]);

/*
 * Set *out to the id of a chunk: the SHA-1 of its plain bytes.
 *
 * Returns 0, or -EIO when libcrypto cannot do SHA-1.
 */
int oid_of_bytes(struct oid *out, const void *data, size_t len);

/*
 * Set *out to the id of a file record (section 3.4): the SHA-1 of the path
 * followed by the decimal whole seconds of updated_ms, truncated to zero.
 * Neither size nor content takes part.
 *
 * Returns 0, -ENAMETOOLONG for a path over PATH_LEN_MAX, or -EIO.
 */
int oid_of_file(struct oid *out, const char *path, int64_t updated_ms);

/*
 * Set *out to a fresh random id: an index's (section 3.5).
 *
 * Returns 0, or -EIO when there is no randomness.
 */
int oid_random(struct oid *out);

/* Order of the bytes, which is the order of the hex forms; as memcmp(). */
int oid_compare(const struct oid *a, const struct oid *b);

bool oid_equal(const struct oid *a, const struct oid *b);

#endif
