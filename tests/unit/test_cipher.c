/* cipher: the vectors of appendix A.2 and A.4; everything else is refused. */
#include "services/sync-engine/repo/cipher.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 000102..0b, the nonce of the published vectors */
#define NONCE "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"

static const struct repo_key key = {"0123456789abcdef0123456789abcdef"};

static const unsigned char sealed_siyuan[] =
    NONCE "\x5e\x8c\xc2\x09\xb8\x76\xe0\xac\xf0\xf6\x26\x78\xc5\x58\xf2\xc3"
          "\xa0\xd4\x20\xc8\x52\x64";
static const unsigned char sealed_empty[] =
    NONCE "\x51\x92\x4f\xd3\xcc\xa2\x78\xdd\xef\x9e\xda\xe2\x13\x20\x16\xaa";
static const unsigned char sealed_object[] =
    NONCE "\x05\x50\x94\x81\xd9\x18\xfb\xac\xa8\xbe\x10\xcd\x14\xc5\xc1\x99"
          "\x82\x4c\x4c\x96\x99\xcc\xf3\xc0\x12\x20\x19\x3e\xf2\x4d";
static const unsigned char frame[] =
    "\x28\xb5\x2f\xfd\x00\x00\x29\x00\x00\x62\x61\x73\x65\x0a";

static struct cipher *
make(void)
{
    struct cipher *c;

    assert_int_equal(cipher_new(&c, &key), 0);
    return c;
}

static void
published_objects_are_opened(void **state)
{
    struct cipher *c = make();
    unsigned char out[64];

    (void)state;
    assert_int_equal(
        cipher_open(c, out, sealed_siyuan, sizeof sealed_siyuan - 1), 0);
    assert_memory_equal(out, "siyuan", 6);
    assert_int_equal(cipher_open(c, out, sealed_empty, CIPHER_OVERHEAD), 0);
    assert_int_equal(
        cipher_open(c, out, sealed_object, sizeof sealed_object - 1), 0);
    assert_memory_equal(out, frame, sizeof frame - 1);
    cipher_free(c);
}

static void
what_is_sealed_opens_again_also_in_place(void **state)
{
    struct cipher *c = make();
    unsigned char sealed[200 + CIPHER_OVERHEAD];
    unsigned char plain[200];
    unsigned char out[200];

    (void)state;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (unsigned char)(i * 31);
    for (size_t len = 0; len <= sizeof plain; len++) {
        assert_int_equal(cipher_seal(c, sealed, plain, len), 0);
        assert_int_equal(cipher_open(c, out, sealed, len + CIPHER_OVERHEAD), 0);
        assert_memory_equal(out, plain, len);
        memcpy(sealed + CIPHER_NONCE, plain, len);
        assert_int_equal(cipher_seal(c, sealed, sealed + CIPHER_NONCE, len), 0);
        assert_int_equal(cipher_open(c, sealed + CIPHER_NONCE, sealed,
                                     len + CIPHER_OVERHEAD),
                         0);
        assert_memory_equal(sealed + CIPHER_NONCE, plain, len);
    }
    cipher_free(c);
}

static void
every_nonce_is_new(void **state)
{
    struct cipher *c = make();
    unsigned char a[CIPHER_OVERHEAD] = {0};
    unsigned char b[CIPHER_OVERHEAD];

    (void)state;
    assert_int_equal(cipher_seal(c, a, NULL, 0), 0);
    memcpy(b, a, sizeof b);
    assert_int_equal(cipher_seal(c, a, NULL, 0), 0);
    assert_memory_not_equal(a, b, CIPHER_NONCE);
    cipher_free(c);
}

static void
every_truncation_and_every_changed_bit_is_refused(void **state)
{
    struct cipher *c = make();
    size_t len = sizeof sealed_siyuan - 1;
    unsigned char bad[sizeof sealed_siyuan];
    unsigned char out[64];

    (void)state;
    for (size_t n = 0; n < len; n++)
        assert_int_equal(cipher_open(c, out, sealed_siyuan, n), -EBADMSG);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        static const unsigned char zero[6];

        memcpy(bad, sealed_siyuan, len);
        bad[bit / 8] ^= (unsigned char)(1 << bit % 8);
        memset(out, 'x', sizeof out);
        assert_int_equal(cipher_open(c, out, bad, len), -EBADMSG);
        assert_memory_equal(out, zero, sizeof zero);
    }
    cipher_free(c);
}

static void
check_value_tells_our_key_from_others(void **state)
{
    static const struct repo_key other = {"other"};
    struct cipher *c = make();
    unsigned char sealed[6 + CIPHER_OVERHEAD];
    struct cipher *d;
    char check[CIPHER_CHECK_MAX];

    (void)state;
    assert_int_equal(cipher_new(&d, &other), 0);
    assert_int_equal(cipher_check_verify(
                         c, "AAECAwQFBgcICQoLXozCCbh24Kzw9iZ4xVjyw6DUIMhSZA=="),
                     0);
    assert_int_equal(cipher_check_make(c, check), 0);
    assert_int_equal(strlen(check), CIPHER_CHECK_LEN);
    assert_int_equal(cipher_check_verify(c, check), 0);
    assert_int_equal(cipher_check_verify(c, ""), 0);
    assert_int_equal(cipher_check_verify(d, check), -EKEYREJECTED);
    for (size_t n = 1; n < CIPHER_CHECK_LEN; n++) {
        char cut[CIPHER_CHECK_MAX];

        memcpy(cut, check, n);
        cut[n] = '\0';
        assert_int_equal(cipher_check_verify(c, cut), -EKEYREJECTED);
    }
    check[0] = '*';
    assert_int_equal(cipher_check_verify(c, check), -EKEYREJECTED);
    /* our key, another word */
    assert_int_equal(cipher_seal(c, sealed, "Siyuan", 6), 0);
    EVP_EncodeBlock((unsigned char *)check, sealed, sizeof sealed);
    assert_int_equal(cipher_check_verify(c, check), -EKEYREJECTED);
    cipher_free(c);
    cipher_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_objects_are_opened),
        cmocka_unit_test(what_is_sealed_opens_again_also_in_place),
        cmocka_unit_test(every_nonce_is_new),
        cmocka_unit_test(every_truncation_and_every_changed_bit_is_refused),
        cmocka_unit_test(check_value_tells_our_key_from_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
