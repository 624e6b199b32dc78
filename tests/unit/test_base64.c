#include "gateway/http/base64.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
the_vectors_of_rfc_4648_decode(void **unused)
{
    static const char *const rows[][2] = {{"", ""},
                                          {"Zg==", "f"},
                                          {"Zm8=", "fo"},
                                          {"Zm9v", "foo"},
                                          {"Zm9vYg==", "foob"},
                                          {"Zm9vYmE=", "fooba"},
                                          {"Zm9vYmFy", "foobar"}};
    char out[8];

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i][1]);

        assert_int_equal(base64_decode(out, sizeof out, rows[i][0]), len);
        assert_memory_equal(out, rows[i][1], len);
    }
}

static void
what_is_not_base64_is_refused(void **unused)
{
    static const char *const bad[] = {
        "Z",    "Zg",       "Zg=",  "Zg===",  "Z===", "====",
        "Zm9?", "Zg==Zg==", "Z=9v", "Zm9v\n", "Zm9-", "Zm 9"};
    char out[16];

    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(base64_decode(out, sizeof out, bad[i]), -EINVAL);
    assert_int_equal(base64_decode(out, 5, "Zm9vYmFy"), -EINVAL);
    assert_int_equal(base64_decode(out, 6, "Zm9vYmFy"), 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_4648_decode),
        cmocka_unit_test(what_is_not_base64_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
