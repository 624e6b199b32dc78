#include "services/sync-engine/repo/cipher.h"

#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_WORD   "siyuan"
#define CHECK_PLAIN  6
#define CHECK_SEALED (CHECK_PLAIN + CIPHER_OVERHEAD)

struct cipher {
    EVP_CIPHER_CTX *sealing;
    EVP_CIPHER_CTX *opening;
};

int
cipher_new(struct cipher **out, const struct repo_key *key)
{
    struct cipher *c = calloc(1, sizeof *c);
    int rc = 0;

    *out = NULL;
    if (c == NULL)
        return -ENOMEM;
    c->sealing = EVP_CIPHER_CTX_new();
    c->opening = EVP_CIPHER_CTX_new();
    if (c->sealing == NULL || c->opening == NULL) {
        rc = -ENOMEM;
    } else if (EVP_EncryptInit_ex2(c->sealing, EVP_aes_256_gcm(), key->bytes,
                                   NULL, NULL) != 1 ||
               EVP_DecryptInit_ex2(c->opening, EVP_aes_256_gcm(), key->bytes,
                                   NULL, NULL) != 1) {
        rc = -EIO;
    }
    if (rc != 0) {
        cipher_free(c);
        return rc;
    }
    *out = c;
    return 0;
}

void
cipher_free(struct cipher *c)
{
    if (c == NULL)
        return;
    EVP_CIPHER_CTX_free(c->sealing);
    EVP_CIPHER_CTX_free(c->opening);
    free(c);
}

int
cipher_seal(struct cipher *c, unsigned char *out, const void *plain, size_t len)
{
    unsigned char *text = out + CIPHER_NONCE;
    int n = 0;

    if (len > INT_MAX - CIPHER_OVERHEAD)
        return -EFBIG;
    if (RAND_bytes(out, CIPHER_NONCE) != 1 ||
        EVP_EncryptInit_ex2(c->sealing, NULL, NULL, out, NULL) != 1)
        return -EIO;
    if (len != 0 &&
        EVP_EncryptUpdate(c->sealing, text, &n, plain, (int)len) != 1)
        return -EIO;
    if (EVP_EncryptFinal_ex(c->sealing, text + n, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(c->sealing, EVP_CTRL_AEAD_GET_TAG, CIPHER_TAG,
                            text + len) != 1)
        return -EIO;
    return 0;
}

int
cipher_open(struct cipher *c, unsigned char *out, const void *sealed,
            size_t len)
{
    const unsigned char *in = sealed;
    unsigned char tag[CIPHER_TAG];
    unsigned char none;
    size_t plain;
    int n = 0;

    if (len < CIPHER_OVERHEAD)
        return -EBADMSG;
    if (len > INT_MAX)
        return -EFBIG;
    plain = len - CIPHER_OVERHEAD;
    memcpy(tag, in + CIPHER_NONCE + plain, sizeof tag);
    if (EVP_DecryptInit_ex2(c->opening, NULL, NULL, in, NULL) != 1 ||
        EVP_CIPHER_CTX_ctrl(c->opening, EVP_CTRL_AEAD_SET_TAG, CIPHER_TAG,
                            tag) != 1)
        return -EIO;
    if (plain != 0 && EVP_DecryptUpdate(c->opening, out, &n, in + CIPHER_NONCE,
                                        (int)plain) != 1) {
        OPENSSL_cleanse(out, plain);
        return -EIO;
    }
    if (EVP_DecryptFinal_ex(c->opening, &none, &n) != 1) {
        /* What came out is not authentic: nobody shall read it. */
        if (plain != 0)
            OPENSSL_cleanse(out, plain);
        return -EBADMSG;
    }
    return 0;
}

int
cipher_check_make(struct cipher *c, char out[CIPHER_CHECK_MAX])
{
    unsigned char sealed[CHECK_SEALED];
    int rc = cipher_seal(c, sealed, CHECK_WORD, CHECK_PLAIN);

    out[0] = '\0';
    if (rc == 0)
        EVP_EncodeBlock((unsigned char *)out, sealed, CHECK_SEALED);
    return rc;
}

int
cipher_check_verify(struct cipher *c, const char *check)
{
    unsigned char sealed[CIPHER_CHECK_LEN / 4 * 3];
    unsigned char plain[CHECK_PLAIN];
    int rc;

    if (check[0] == '\0')
        return 0;
    /* 34 bytes end in two padding characters, which decode to zeros. */
    if (strlen(check) != CIPHER_CHECK_LEN ||
        strcmp(check + CIPHER_CHECK_LEN - 2, "==") != 0 ||
        EVP_DecodeBlock(sealed, (const unsigned char *)check,
                        CIPHER_CHECK_LEN) != (int)sizeof sealed)
        return -EKEYREJECTED;
    rc = cipher_open(c, plain, sealed, CHECK_SEALED);
    if (rc == -EIO)
        return rc;
    if (rc != 0 || memcmp(plain, CHECK_WORD, CHECK_PLAIN) != 0)
        return -EKEYREJECTED;
    return 0;
}
