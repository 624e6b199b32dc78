/* Tests of gateway/http/origin.c. */
#include "gateway/http/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
a_page_of_this_very_host_is_one_of_ours(void **unused)
{
    (void)unused;
    assert_true(origin_is_of("http://localhost:7570", "localhost:7570"));
    assert_true(origin_is_of("https://sync.example", "sync.example"));
    assert_true(origin_is_of("HTTPS://Sync.Example", "sync.EXAMPLE"));
    assert_true(origin_is_of("http://sync.example", "sync.example:80"));
    assert_true(origin_is_of("https://sync.example:443", "sync.example"));
    assert_true(origin_is_of("http://[::1]:7570", "[::1]:7570"));
}

static void
all_others_are_foreign(void **unused)
{
    (void)unused;
    assert_false(origin_is_of("http://localhost:6806", "localhost:7570"));
    assert_false(origin_is_of("http://evil.example", "sync.example"));
    assert_false(origin_is_of("http://sync.example.evil", "sync.example"));
    assert_false(origin_is_of("http://evil-sync.example", "sync.example"));
    assert_false(origin_is_of("https://sync.example:80", "sync.example"));
    assert_false(origin_is_of("null", "sync.example"));
    assert_false(origin_is_of("", "sync.example"));
    assert_false(origin_is_of("file://", ""));
    assert_false(origin_is_of("http://", ""));
    assert_false(origin_is_of("http://", ":80"));
    assert_false(origin_is_of("app://sync.example", "sync.example"));
    assert_false(origin_is_of("http://sync.example", NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_of_this_very_host_is_one_of_ours),
        cmocka_unit_test(all_others_are_foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
