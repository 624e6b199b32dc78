#define PCRE2_CODE_UNIT_WIDTH 8

#include "services/sync-engine/repo/key.h"

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

/* Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, the
 * space; and U+3000, which the preparation keeps. */
#define UNPRINTABLE "[^\\pL\\pM\\pN\\pP\\pS \\x{3000}]"

#define BASE64_LEN   44 /* characters of 32 bytes, padding included */
#define SALT_LEN     16
#define SCRYPT_N     32768
#define SCRYPT_R     8
#define SCRYPT_P     1
#define SCRYPT_BYTES (64u << 20) /* more than N, r and p need */

#define FINGERPRINT_LABEL "syncbus repository fingerprint v1"

struct prepared {
    char text[KEY_TEXT_MAX + 1];
    size_t len;
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789+/";

static int
delete_unprintable(struct prepared *p)
{
    PCRE2_SIZE size = sizeof p->text;
    struct prepared in = *p;
    PCRE2_SIZE at;
    int error;
    int count;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)UNPRINTABLE, PCRE2_ZERO_TERMINATED, PCRE2_UTF,
                      &error, &at, NULL);

    if (code == NULL)
        return -ENOMEM;
    count = pcre2_substitute(code, (PCRE2_SPTR)in.text, in.len, 0,
                             PCRE2_SUBSTITUTE_GLOBAL, NULL, NULL,
                             (PCRE2_SPTR) "", 0, (PCRE2_UCHAR *)p->text, &size);
    pcre2_code_free(code);
    OPENSSL_cleanse(&in, sizeof in);
    if (count < 0)
        return -ENOMEM;
    p->len = size;
    return 0;
}

/* Only the space and U+3000 are left of all white space. */
static void
trim(struct prepared *p)
{
    size_t start = 0;

    for (;;) {
        if (p->len - start >= 1 && p->text[start] == ' ') {
            start++;
        } else if (p->len - start >= 3 &&
                   memcmp(p->text + start, "\xe3\x80\x80", 3) == 0) {
            start += 3;
        } else {
            break;
        }
    }
    for (;;) {
        if (p->len - start >= 1 && p->text[p->len - 1] == ' ') {
            p->len--;
        } else if (p->len - start >= 3 &&
                   memcmp(p->text + p->len - 3, "\xe3\x80\x80", 3) == 0) {
            p->len -= 3;
        } else {
            break;
        }
    }
    p->len -= start;
    memmove(p->text, p->text + start, p->len);
}

static int
prepare(struct prepared *p, const char *text, size_t len)
{
    char *nbsp;
    int rc;

    if (len > KEY_TEXT_MAX)
        return -E2BIG;
    if (!path_is_utf8(text, len))
        return -EILSEQ;
    memcpy(p->text, text, len);
    p->text[len] = '\0';
    p->len = len;
    while ((nbsp = memmem(p->text, p->len, "\xc2\xa0", 2)) != NULL) {
        nbsp[0] = ' ';
        memmove(nbsp + 1, nbsp + 2, (size_t)(p->text + p->len - nbsp) - 2);
        p->len--;
    }
    rc = delete_unprintable(p);
    if (rc == 0)
        trim(p);
    return rc;
}

static int
decode(struct repo_key *out, const struct prepared *p)
{
    unsigned char bytes[BASE64_LEN / 4 * 3];

    if (p->len != BASE64_LEN || p->text[BASE64_LEN - 1] != '=')
        return -EINVAL;
    for (size_t i = 0; i < BASE64_LEN - 1; i++) {
        if (memchr(alphabet, p->text[i], sizeof alphabet - 1) == NULL)
            return -EINVAL;
    }
    if (EVP_DecodeBlock(bytes, (const unsigned char *)p->text, BASE64_LEN) < 0)
        return -EINVAL;
    memcpy(out->bytes, bytes, KEY_SIZE);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return 0;
}

static int
derive(struct repo_key *out, const struct prepared *p)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[SHA256_DIGEST_LENGTH];
    unsigned char bytes[KEY_SIZE];
    unsigned char salt[SALT_LEN];
    int ok;

    if (EVP_Digest(p->text, p->len, sum, NULL, EVP_sha256(), NULL) != 1)
        return -EIO;
    for (size_t i = 0; i < SALT_LEN; i++) {
        int nibble = i % 2 == 0 ? sum[i / 2] >> 4 : sum[i / 2] & 15;

        salt[i] = (unsigned char)digits[nibble];
    }
    ok = EVP_PBE_scrypt(p->text, p->len, salt, sizeof salt, SCRYPT_N, SCRYPT_R,
                        SCRYPT_P, SCRYPT_BYTES, bytes, sizeof bytes);
    if (ok == 1)
        memcpy(out->bytes, bytes, sizeof bytes);
    OPENSSL_cleanse(bytes, sizeof bytes);
    OPENSSL_cleanse(sum, sizeof sum);
    return ok == 1 ? 0 : -EIO;
}

int
key_from_base64(struct repo_key *out, const char *text, size_t len)
{
    struct prepared p;
    int rc = prepare(&p, text, len);

    if (rc == 0) {
        rc = decode(out, &p);
    } else if (rc != -ENOMEM) {
        rc = -EINVAL;
    }
    OPENSSL_cleanse(&p, sizeof p);
    return rc;
}

int
key_from_passphrase(struct repo_key *out, const char *text, size_t len)
{
    struct prepared p;
    int rc = prepare(&p, text, len);

    if (rc == 0 && p.len == 0) {
        rc = -EINVAL;
    } else if (rc == 0 && decode(out, &p) != 0) {
        rc = derive(out, &p);
    }
    OPENSSL_cleanse(&p, sizeof p);
    return rc;
}

int
key_fingerprint(char out[KEY_FINGERPRINT_MAX], const struct repo_key *key,
                const char *location)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char mac[SHA256_DIGEST_LENGTH];
    struct buffer text = {0};
    int rc;

    out[0] = '\0';
    rc = buffer_append(&text, FINGERPRINT_LABEL, sizeof FINGERPRINT_LABEL);
    if (rc == 0)
        rc = buffer_append(&text, location, strlen(location));
    if (rc == 0 && HMAC(EVP_sha256(), key->bytes, KEY_SIZE, text.data, text.len,
                        mac, NULL) == NULL)
        rc = -EIO;
    buffer_clear(&text);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < (KEY_FINGERPRINT_MAX - 1) / 2; i++) {
        out[2 * i] = digits[mac[i] >> 4];
        out[2 * i + 1] = digits[mac[i] & 15];
    }
    out[KEY_FINGERPRINT_MAX - 1] = '\0';
    return 0;
}

void
key_wipe(struct repo_key *key)
{
    if (key != NULL)
        OPENSSL_cleanse(key, sizeof *key);
}
