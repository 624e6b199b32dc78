/*
 * key.h - the repository key (sections 1.1 and bus 3.1): where it comes from
 * and the fingerprint that names a repository without telling key or place.
 *
 * Keys are never logged and are wiped when no longer used.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_KEY_H
#define SERVICES_SYNC_ENGINE_REPO_KEY_H

#include <stddef.h>

#define KEY_SIZE            32
#define KEY_FINGERPRINT_MAX 17   /* 16 hex characters and the NUL */
#define KEY_TEXT_MAX        4096 /* bytes of a passphrase, at most */

struct repo_key {
    unsigned char bytes[KEY_SIZE];
};

/*
 * Take the key from standard padded Base64, as conf.json's repo.key and a key
 * file hold it.  White space and invisible characters around it are removed
 * as for a passphrase.
 *
 * Returns 0, -EINVAL when it is not Base64 of exactly 32 bytes, or -ENOMEM;
 * on failure *out is left alone.
 */
int key_from_base64(struct repo_key *out, const char *text, size_t len);

/*
 * Take the key from what a person typed: a Base64 key, else a passphrase that
 * goes through scrypt (32 MiB and about 0.1 s).
 *
 * Returns 0, -EINVAL when nothing is left after the invisible characters are
 * removed, -EILSEQ when it is not UTF-8, -E2BIG over KEY_TEXT_MAX, -ENOMEM,
 * or -EIO when libcrypto fails; on failure *out is left alone.
 */
int key_from_passphrase(struct repo_key *out, const char *text, size_t len);

/*
 * Write the repository fingerprint: the first 16 hex characters of the
 * HMAC-SHA-256, under the key, of a fixed label and the storage location.
 * Same key and same place give the same fingerprint on every device.
 *
 * Returns 0, -ENOMEM, or -EIO when libcrypto fails; out is then "".
 */
int key_fingerprint(char out[KEY_FINGERPRINT_MAX], const struct repo_key *key,
                    const char *location);

/* Overwrite the key with zeros, whatever the optimiser thinks.  NULL is fine.
 */
void key_wipe(struct repo_key *key);

#endif
