#include "gateway/stream/handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct handshake good = {
    .upgrade = "websocket",
    .connection = "Upgrade",
    .version = "13",
    .key = "dGhlIHNhbXBsZSBub25jZQ==",
};

static void
words_are_found_in_lists(void **unused)
{
    static const char *const yes[] = {"Upgrade", "upgrade",
                                      "keep-alive, Upgrade", "upgrade ,x",
                                      ",\t UPGRADE\t"};
    static const char *const no[] = {"", "keep-alive", "Upgraded", "x-upgrade",
                                     "keep-alive upgrade"};
    struct handshake h = good;

    (void)unused;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        h.connection = yes[i];
        assert_int_equal(handshake_check(&h), 0);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        h.connection = no[i];
        assert_int_equal(handshake_check(&h), HANDSHAKE_WRONG);
    }
}

static void
what_is_missing_or_wrong_is_refused(void **unused)
{
    static const char *const keys[] = {NULL,
                                       "",
                                       "x",
                                       "dGhlIHNhbXBsZSBub25jZQ=",
                                       "dGhlIHNhbXBsZSBub25j",
                                       "dGhlIHNhbXBsZSBub25jZWQ=",
                                       "dGhlIHNhbXBsZSBub25jZ!=="};
    struct handshake h;

    (void)unused;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        h = good;
        h.key = keys[i];
        assert_int_equal(handshake_check(&h), HANDSHAKE_WRONG);
    }
    h = good;
    h.upgrade = NULL;
    assert_int_equal(handshake_check(&h), HANDSHAKE_WRONG);
    h = good;
    h.connection = NULL;
    assert_int_equal(handshake_check(&h), HANDSHAKE_WRONG);
    h = good;
    h.version = NULL;
    assert_int_equal(handshake_check(&h), HANDSHAKE_VERSION);
    h.version = "12";
    assert_int_equal(handshake_check(&h), HANDSHAKE_VERSION);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_in_lists),
        cmocka_unit_test(what_is_missing_or_wrong_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
