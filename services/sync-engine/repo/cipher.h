/*
 * cipher.h - AES-256-GCM as the repository uses it (section 1.2): a sealed
 * object is nonce (12 bytes), ciphertext, tag (16 bytes).
 *
 * Threads: a struct cipher belongs to one worker; it keeps libcrypto's
 * context so that an object costs no set-up.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_CIPHER_H
#define SERVICES_SYNC_ENGINE_REPO_CIPHER_H

#include "services/sync-engine/repo/key.h"

#include <stddef.h>

#define CIPHER_NONCE     12
#define CIPHER_TAG       16
#define CIPHER_OVERHEAD  (CIPHER_NONCE + CIPHER_TAG)
#define CIPHER_CHECK_LEN 48 /* characters of a key check value */
#define CIPHER_CHECK_MAX (CIPHER_CHECK_LEN + 1)

struct cipher;

/*
 * Prepare a worker's cipher.  The key is copied and may be wiped.
 *
 * Returns 0 and sets *out, which the caller gives to cipher_free(); -ENOMEM
 * or -EIO and sets *out to NULL.
 */
int cipher_new(struct cipher **out, const struct repo_key *key);

/* Release and wipe.  NULL is fine. */
void cipher_free(struct cipher *c);

/*
 * Seal len bytes under a fresh random nonce.  out takes len + CIPHER_OVERHEAD
 * bytes; plain may be out + CIPHER_NONCE (in place) or not overlap at all.
 *
 * Returns 0, -EFBIG for 2 GiB or more, or -EIO; out is then worthless.
 */
int cipher_seal(struct cipher *c, unsigned char *out, const void *plain,
                size_t len);

/*
 * Open a sealed object of len bytes.  out takes len - CIPHER_OVERHEAD bytes
 * and may be sealed + CIPHER_NONCE (in place) or not overlap at all.
 *
 * Returns 0, -EBADMSG when it is too short or not sealed under this key,
 * -EFBIG for 2 GiB or more, or -EIO.  On failure out holds nothing readable.
 */
int cipher_open(struct cipher *c, unsigned char *out, const void *sealed,
                size_t len);

/*
 * Make a key check value (section 1.3): aesKeyVerifyVal of an index.
 *
 * Returns 0, or -EIO; out is then "".
 */
int cipher_check_make(struct cipher *c, char out[CIPHER_CHECK_MAX]);

/*
 * Is the index that carries this check value made with our key?
 *
 * Returns 0 for yes and for "" (old versions wrote none), -EKEYREJECTED for
 * everything else, or -EIO.
 */
int cipher_check_verify(struct cipher *c, const char *check);

#endif
