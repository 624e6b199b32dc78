/* oid: the vectors of appendix A.3, and what a ref may hold. */
#include "services/sync-engine/repo/oid.h"

#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEX "3b6e9cfa0638699ff9f954594602518645ec38a0"

static void
assert_file_id(const char *path, int64_t updated, const char *hex)
{
    char text[OID_HEX_MAX];
    struct oid id;

    assert_int_equal(oid_of_file(&id, path, updated), 0);
    assert_string_equal(oid_to_hex(&id, text), hex);
}

static void
files_have_the_published_ids(void **state)
{
    (void)state;
    assert_file_id("/doc.txt", 1700000000123, HEX);
    assert_file_id("/doc.txt", 999, "e35b8d9f16df13db749759d2c8d4af63254db77e");
    assert_file_id("/doc.txt", -1500,
                   "f6358b1455987774dcbaa2380bace9a2d3f75570");
    assert_file_id("/20210808180117-6v0mkxr/20200923234011-ieuun1p.sy",
                   1700000000123, "efc77049872d8ef7dd48264c94adeb0a021fb79d");
    assert_file_id("/assets/图 片.png", 1700000000999,
                   "0afad74c1147b8a34a36fe254b6fe7a5e4f07378");
}

static void
chunks_have_the_published_ids(void **state)
{
    char text[OID_HEX_MAX];
    struct oid id;

    (void)state;
    assert_int_equal(oid_of_bytes(&id, "base\n", 5), 0);
    assert_string_equal(oid_to_hex(&id, text),
                        "51c64a6f4fc375daf0d24aafbabe4d91b6f4bb44");
    assert_int_equal(oid_of_bytes(&id, NULL, 0), 0);
    assert_string_equal(oid_to_hex(&id, text),
                        "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void
only_exactly_40_lower_case_hex_characters_are_an_id(void **state)
{
    struct oid id = {{9}};
    const struct oid before = id;
    char text[] = HEX "\n";

    (void)state;
    for (size_t n = 0; n <= OID_HEX_LEN + 1; n++) {
        if (n != OID_HEX_LEN)
            assert_int_equal(oid_from_hex(&id, text, n), -EINVAL);
    }
    for (size_t i = 0; i < OID_HEX_LEN; i++) {
        static const char bad[] = "gG A/\n";

        for (size_t k = 0; k < sizeof bad; k++) {
            char kept = text[i];

            text[i] = bad[k];
            assert_int_equal(oid_from_hex(&id, text, OID_HEX_LEN), -EINVAL);
            text[i] = kept;
        }
    }
    assert_true(oid_equal(&id, &before));
    assert_int_equal(oid_from_hex(&id, text, OID_HEX_LEN), 0);
    assert_false(oid_equal(&id, &before));
}

static void
order_of_bytes_is_order_of_text(void **state)
{
    char a[OID_HEX_MAX];
    char b[OID_HEX_MAX];
    struct oid x;
    struct oid y;

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(oid_random(&x), 0);
        assert_int_equal(oid_random(&y), 0);
        assert_int_equal(oid_compare(&x, &y) < 0,
                         strcmp(oid_to_hex(&x, a), oid_to_hex(&y, b)) < 0);
        assert_false(oid_equal(&x, &y));
        assert_int_equal(oid_from_hex(&y, a, OID_HEX_LEN), 0);
        assert_true(oid_equal(&x, &y));
    }
}

static void
too_long_a_path_has_no_id(void **state)
{
    char path[PATH_LEN_MAX + 2] = "/";
    struct oid id;

    (void)state;
    memset(path + 1, 'a', PATH_LEN_MAX);
    assert_int_equal(oid_of_file(&id, path, INT64_MIN), -ENAMETOOLONG);
    path[PATH_LEN_MAX] = '\0';
    assert_int_equal(oid_of_file(&id, path, INT64_MIN), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_have_the_published_ids),
        cmocka_unit_test(chunks_have_the_published_ids),
        cmocka_unit_test(only_exactly_40_lower_case_hex_characters_are_an_id),
        cmocka_unit_test(order_of_bytes_is_order_of_text),
        cmocka_unit_test(too_long_a_path_has_no_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
