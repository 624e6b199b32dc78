/* key: the vectors of appendix A.1 and the preparation rules of 1.1. */
#include "services/sync-engine/repo/key.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SIYUAN_BASE64 "+p/H+ZMsAbaPLpmGFanad8LpTZxZKtDJJJ2+vcg99vI="
#define SIYUAN_HEX                                                             \
    "fa9fc7f9932c01b68f2e998615a9da77c2e94d9c592ad0c9249dbebdc83df6f2"

static void
assert_key(const struct repo_key *key, const char *hex)
{
    for (size_t i = 0; i < KEY_SIZE; i++) {
        unsigned byte = 0;

        for (int k = 0; k < 2; k++) {
            char c = hex[2 * i + (size_t)k];

            byte = byte * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        assert_int_equal(key->bytes[i], byte);
    }
}

static void
assert_passphrase(const char *text, const char *hex)
{
    struct repo_key key;

    assert_int_equal(key_from_passphrase(&key, text, strlen(text)), 0);
    assert_key(&key, hex);
}

static void
passphrases_give_the_published_keys(void **state)
{
    (void)state;
    assert_passphrase("siyuan", SIYUAN_HEX);
    assert_passphrase("correct horse battery staple",
                      "1c8031279e25822e00336f1c79d30c0e"
                      "8aa6137fd15ed6298e5e91d36c4d233a");
    assert_passphrase("密码", "3b12c6b3d3a8c6b88ea1482a0a27ee5d"
                              "bd7ef901bd267d419205c06b1ad72648");
}

static void
invisible_characters_do_not_count(void **state)
{
    (void)state;
    /* BOM, zero-width space and joiners, control, bidi mark, line ends */
    assert_passphrase("\xef\xbb\xbf \t si\xe2\x80\x8byu\xe2\x80\x8d\x01"
                      "an\xe2\x80\x8c\xe2\x80\x8e\r\n",
                      SIYUAN_HEX);
    /* U+3000 around is white space, U+00A0 inside is a space */
    assert_passphrase("\xe3\x80\x80"
                      "correct\xc2\xa0horse battery\xc2\xa0staple\xe3\x80\x80",
                      "1c8031279e25822e00336f1c79d30c0e"
                      "8aa6137fd15ed6298e5e91d36c4d233a");
}

static void
marks_and_symbols_do_count(void **state)
{
    static const char *const texts[] = {"e", "e\xcc\x81", "e\xe2\x82\xac",
                                        "e\xc2\xb2", "e!"};
    struct repo_key keys[5];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(
            key_from_passphrase(&keys[i], texts[i], strlen(texts[i])), 0);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(&keys[i], &keys[k], sizeof keys[i]);
    }
}

static void
base64_of_32_bytes_is_the_key_itself(void **state)
{
    struct repo_key key;

    (void)state;
    assert_passphrase(" " SIYUAN_BASE64 "\n", SIYUAN_HEX);
    assert_int_equal(key_from_base64(&key, SIYUAN_BASE64, 44), 0);
    assert_key(&key, SIYUAN_HEX);
}

static void
what_is_no_key_is_refused_and_changes_nothing(void **state)
{
    static const char *const bad[] = {
        "",
        "siyuan",
        "+p/H+ZMsAbaPLpmGFanad8LpTZxZKtDJJJ2+vcg99vI",
        "+p/H+ZMsAbaPLpmGFanad8LpTZxZKtDJJJ2+vcg99v==",
        "+p_H-ZMsAbaPLpmGFanad8LpTZxZKtDJJJ2-vcg99vI=",
        "+p/H+ZMsAbaPLpmGFanad8LpTZxZKtDJJJ2+vcg99vIAAAA=",
        "\xff",
    };
    struct repo_key key = {{7}};
    const struct repo_key before = key;
    char huge[KEY_TEXT_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(key_from_base64(&key, bad[i], strlen(bad[i])),
                         -EINVAL);
    }
    for (size_t n = 0; n < 44; n++)
        assert_int_equal(key_from_base64(&key, SIYUAN_BASE64, n), -EINVAL);
    memset(huge, 'a', sizeof huge);
    assert_int_equal(key_from_passphrase(&key, huge, KEY_TEXT_MAX + 1), -E2BIG);
    assert_int_equal(key_from_passphrase(&key, " \xe2\x80\x8b\t", 5), -EINVAL);
    assert_int_equal(key_from_passphrase(&key, "a\xff", 2), -EILSEQ);
    assert_memory_equal(&key, &before, sizeof key);
}

static void
fingerprint_depends_on_key_and_place_only(void **state)
{
    struct repo_key key = {{1}};
    char a[KEY_FINGERPRINT_MAX];
    char b[KEY_FINGERPRINT_MAX];

    (void)state;
    assert_int_equal(key_fingerprint(a, &key, "s3:bucket"), 0);
    assert_int_equal(key_fingerprint(b, &key, "s3:bucket"), 0);
    assert_int_equal(strlen(a), 16);
    assert_int_equal(strspn(a, "0123456789abcdef"), 16);
    assert_string_equal(a, b);
    assert_int_equal(key_fingerprint(b, &key, "s3:bucket2"), 0);
    assert_string_not_equal(a, b);
    key.bytes[31] = 1;
    assert_int_equal(key_fingerprint(b, &key, "s3:bucket"), 0);
    assert_string_not_equal(a, b);
}

static void
wiped_key_is_zero(void **state)
{
    struct repo_key key = {{1, 2, 3}};
    const struct repo_key zero = {{0}};

    (void)state;
    key_wipe(&key);
    assert_memory_equal(&key, &zero, sizeof key);
    key_wipe(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passphrases_give_the_published_keys),
        cmocka_unit_test(invisible_characters_do_not_count),
        cmocka_unit_test(marks_and_symbols_do_count),
        cmocka_unit_test(base64_of_32_bytes_is_the_key_itself),
        cmocka_unit_test(what_is_no_key_is_refused_and_changes_nothing),
        cmocka_unit_test(fingerprint_depends_on_key_and_place_only),
        cmocka_unit_test(wiped_key_is_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
