#include "gateway/http/address.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct address
parse(const char *text)
{
    struct address a;

    assert_int_equal(address_parse(&a, text, strlen(text)), 0);
    return a;
}

static void
addresses_are_read_strictly(void **unused)
{
    static const char *const bad[] = {"",          "1.2.3",     "1.2.3.4.5",
                                      "256.1.1.1", "localhost", "::1%lo",
                                      "[::1]",     " 1.2.3.4",  "1.2.3.4:80"};
    struct address a = parse("1.2.3.4"), same = a;

    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(address_parse(&a, bad[i], strlen(bad[i])), -EINVAL);
    assert_int_equal(address_parse(&a, "1.2.3.4\0x", 9), -EINVAL);
    assert_true(address_is_equal(&a, &same));
}

static void
ipv4_in_ipv6_is_the_same_address(void **unused)
{
    struct address a = parse("::ffff:127.0.0.1"), b = parse("127.0.0.1");

    (void)unused;
    assert_true(address_is_equal(&a, &b));
    assert_true(address_is_loopback(&a));
}

static void
loopback_is_127_and_1(void **unused)
{
    static const char *const yes[] = {"127.0.0.1", "127.9.9.9", "::1"};
    static const char *const no[] = {"0.0.0.0", "128.0.0.1", "::", "::2",
                                     "126.255.255.255"};

    (void)unused;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        struct address a = parse(yes[i]);

        assert_true(address_is_loopback(&a));
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        struct address a = parse(no[i]);

        assert_false(address_is_loopback(&a));
    }
}

static void
local_hosts_are_told_from_those_that_look_like_it(void **unused)
{
    static const char *const yes[] = {
        "localhost",      "LOCALHOST:1",    "a.localhost", "a.b.localhost:80",
        "127.0.0.1",      "127.9.9.9:7570", "[::1]",       "[::1]:7570",
        "localhost:65535"};
    static const char *const no[] = {"",
                                     "0.0.0.0",
                                     "example.com",
                                     "xlocalhost",
                                     "localhost.com",
                                     "localhost:80.evil.com",
                                     "localhost:x",
                                     "localhost:123456",
                                     "[::1",
                                     "[::1]x",
                                     "[::1]:x",
                                     "::1:80:x",
                                     "127.0.0.1.com",
                                     "localhost@evil.com",
                                     "[localhost.evil.com]",
                                     "localhost "};

    (void)unused;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(address_is_local_host(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(address_is_local_host(no[i]));
}

static void
origins_are_http_and_local(void **unused)
{
    static const char *const yes[] = {"http://localhost", "https://[::1]:1",
                                      "HTTP://127.0.0.1:6806"};
    static const char *const no[] = {"",
                                     "null",
                                     "file://",
                                     "app://localhost",
                                     "http://",
                                     "http://evil.com",
                                     "localhost",
                                     "http://localhost@evil.com",
                                     "http://localhost/evil"};

    (void)unused;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(address_is_local_origin(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(address_is_local_origin(no[i]));
}

static void
the_client_is_the_last_that_is_not_trusted(void **unused)
{
    const struct address trusted[] = {parse("10.0.0.1"), parse("::5")};
    static const char *const rows[][2] = {
        {"1.2.3.4", "1.2.3.4"},
        {"9.9.9.9, 1.2.3.4", "1.2.3.4"},
        {"9.9.9.9,1.2.3.4 ,\t10.0.0.1", "1.2.3.4"},
        {"1.2.3.4, 10.0.0.1, ::5", "1.2.3.4"},
        {"10.0.0.1", "10.0.0.1"},
        {"junk, 1.2.3.4", "1.2.3.4"},
    };
    static const char *const bad[] = {
        "", ",", "1.2.3.4,", "1.2.3.4 junk", "junk, 10.0.0.1", " "};
    struct address a;

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct address expected = parse(rows[i][1]);

        assert_int_equal(address_of_client(&a, rows[i][0], trusted, 2), 0);
        assert_true(address_is_equal(&a, &expected));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(address_of_client(&a, bad[i], trusted, 2), -EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_strictly),
        cmocka_unit_test(ipv4_in_ipv6_is_the_same_address),
        cmocka_unit_test(loopback_is_127_and_1),
        cmocka_unit_test(local_hosts_are_told_from_those_that_look_like_it),
        cmocka_unit_test(origins_are_http_and_local),
        cmocka_unit_test(the_client_is_the_last_that_is_not_trusted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
