#include "gateway/cause.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
secrets_become_stars_and_the_rest_stays(void **unused)
{
    static const char *const rows[][2] = {
        {"", ""},
        {" \t\n", ""},
        {"  423 Locked  ", "423 Locked"},
        {"GET https://user:pass@dav.example/a: 401",
         "GET https://***@dav.example/a: 401"},
        {"https://user@host/", "https://***@host/"},
        {"https://host/a@b", "https://host/a@b"},
        {"x?X-Amz-Signature=abc&b=c", "x?X-Amz-Signature=***&b=c"},
        {"X-Amz-Credential=AK/2026, y", "X-Amz-Credential=***, y"},
        {"password: hunter2; retry", "password: ***; retry"},
        {"Authorization: Bearer abc.def", "Authorization: ***"},
        {"api_token = x", "api_token = ***"},
        {"the token is wrong", "the token is wrong"},
        {"token:", "token:***"},
        {"//", "//"},
        {"//@", "//@"},
        {"文件 不可读", "文件 不可读"},
    };
    char out[256];

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cause_clean(out, sizeof out, rows[i][0]);
        assert_string_equal(out, rows[i][1]);
    }
}

static void
nothing_is_written_past_the_end(void **unused)
{
    char out[64];

    (void)unused;
    for (size_t cap = 1; cap < 20; cap++) {
        memset(out, '#', sizeof out);
        cause_clean(out, cap, "token=a token=b token=c //a@b");
        assert_true(strlen(out) < cap);
        assert_int_equal(out[cap], '#');
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_become_stars_and_the_rest_stays),
        cmocka_unit_test(nothing_is_written_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
