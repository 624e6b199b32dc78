#include "gateway/listen.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
host_and_port_are_read(void **unused)
{
    static const struct {
        const char *text, *host;
        unsigned port;
        bool is_loopback;
    } rows[] = {{"127.0.0.1:7570", "127.0.0.1", 7570, true},
                {"127.9.9.9:0", "127.9.9.9", 0, true},
                {"localhost:65535", "127.0.0.1", 65535, true},
                {"0.0.0.0:80", "0.0.0.0", 80, false},
                {"10.0.0.1:80", "10.0.0.1", 80, false}};

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct listen_address a;

        assert_int_equal(listen_parse(&a, rows[i].text), 0);
        assert_string_equal(a.host, rows[i].host);
        assert_int_equal(a.port, rows[i].port);
        assert_int_equal(a.is_loopback, rows[i].is_loopback);
    }
}

static void
another_form_is_refused(void **unused)
{
    static const char *const bad[] = {"",
                                      "7570",
                                      ":7570",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:x",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:999999",
                                      "127.0.0.1:80s",
                                      "::1:7570",
                                      "[]:1"};
    struct listen_address a = {.port = 7};

    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(listen_parse(&a, bad[i]), -EINVAL);
    assert_int_equal(listen_parse(&a, "[::1]:7570"), -EAFNOSUPPORT);
    assert_int_equal(a.port, 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_and_port_are_read),
        cmocka_unit_test(another_form_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
