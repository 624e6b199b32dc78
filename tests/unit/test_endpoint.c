#include "services/runtime/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* NOLINTBEGIN(concurrency-mt-unsafe): one thread, which owns the environment */

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void
a_tcp_base_gives_three_ports(void **state)
{
    struct endpoints e;

    (void)state;
    assert_int_equal(endpoints_init(&e, "tcp://hub.example"), 0);
    assert_string_equal(e.ingest, "tcp://hub.example:7571");
    assert_string_equal(e.feed, "tcp://hub.example:7572");
    assert_string_equal(e.control, "tcp://hub.example:7573");
    assert_int_equal(endpoints_init(&e, "tcp://[::1]"), 0);
    assert_string_equal(e.feed, "tcp://[::1]:7572");
}

static void
an_ipc_base_gives_three_sockets_in_its_folder(void **state)
{
    struct endpoints e;

    (void)state;
    assert_int_equal(endpoints_init(&e, "ipc:///run/syncbus/"), 0);
    assert_string_equal(e.ingest, "ipc:///run/syncbus/ingest");
    assert_string_equal(e.feed, "ipc:///run/syncbus/feed");
    assert_string_equal(e.control, "ipc:///run/syncbus/control");
}

static void
other_bases_are_refused_and_leave_the_output_alone(void **state)
{
    static const char *const bad[] = {
        "",           "hub",        "tcp://",      "tcp://hub:7571",
        "tcp://a b",  "ipc://",     "ipc:///",     "ipc://relative",
        "udp://host", "tcp://[::1", "tcp://host/", "http://host",
        "ipc:////",   "tcp://[zz]",
    };
    struct endpoints e = {.ingest = "as before"};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (endpoints_init(&e, bad[i]) != -EINVAL)
            fail_msg("\"%s\" was not refused", bad[i]);
    }
    assert_string_equal(e.ingest, "as before");
}

static void
a_name_too_long_for_a_socket_is_refused(void **state)
{
    char base[ENDPOINT_MAX + 50] = "ipc:///";
    struct endpoints e;

    (void)state;
    memset(base + 7, 'x', 98); /* "/x…x/control" is 107 bytes */
    assert_int_equal(endpoints_init(&e, base), 0);
    base[7 + 98] = 'x';
    assert_int_equal(endpoints_init(&e, base), -ENAMETOOLONG);
    memset(base + 7, 'x', ENDPOINT_MAX + 10);
    assert_int_equal(endpoints_init(&e, base), -ENAMETOOLONG);
}

static void
the_default_is_the_users_runtime_folder(void **state)
{
    struct endpoints e;
    char usual[ENDPOINT_MAX];

    (void)state;
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    assert_int_equal(endpoints_init(&e, NULL), 0);
    assert_string_equal(e.feed, geteuid() == 0
                                    ? "ipc:///run/syncbus/feed"
                                    : "ipc:///run/user/7/syncbus/feed");
    unsetenv("XDG_RUNTIME_DIR");
    (void)snprintf(usual, sizeof usual, "ipc:///run/user/%u/syncbus/feed",
                   (unsigned)geteuid());
    assert_int_equal(endpoints_init(&e, NULL), 0);
    assert_string_equal(e.feed,
                        geteuid() == 0 ? "ipc:///run/syncbus/feed" : usual);
}

static void
only_ipc_and_loopback_are_local(void **state)
{
    static const struct {
        const char *endpoint;
        bool is_local;
    } rows[] = {
        {"ipc:///run/x", true},
        {"tcp://127.0.0.1:7571", true},
        {"tcp://127.8.9.1:7571", true},
        {"tcp://localhost:7571", true},
        {"tcp://[::1]:7571", true},
        {"tcp://0.0.0.0:7571", false},
        {"tcp://*:7571", false},
        {"tcp://192.168.1.2:7571", false},
        {"tcp://[::]:7571", false},
        {"tcp://hub:7571", false},
        {"tcp://127.evil.com:1", false},
        {"tcp://localhost.evil:1", false},
        {"tcp://127.0.0.1.evil:1", false},
        {"tcp://[2001:db8::1]:1", false},
        {"pgm://127.0.0.1:1", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (endpoint_is_local(rows[i].endpoint) != rows[i].is_local)
            fail_msg("%s", rows[i].endpoint);
    }
}

static void
an_endpoint_is_tcp_with_a_port_or_an_absolute_path(void **state)
{
    static const struct {
        const char *endpoint;
        bool is_valid;
    } rows[] = {
        {"tcp://hub:7571", true},
        {"tcp://*:1", true},
        {"tcp://[::1]:65535", true},
        {"ipc:///a", true},
        {"tcp://hub", false},
        {"tcp://hub:0", false},
        {"tcp://hub:65536", false},
        {"tcp://hub:x", false},
        {"tcp://hub:", false},
        {"tcp://:7571", false},
        {"tcp://::1:7571", false},
        {"tcp://hub:-1", false},
        {"tcp://hub:00007571", false},
        {"ipc://a", false},
        {"ipc:///", false},
        {"ipc:///a/", false},
        {"inproc://x", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (endpoint_is_valid(rows[i].endpoint) != rows[i].is_valid)
            fail_msg("%s", rows[i].endpoint);
    }
}

static void
the_folder_of_a_socket_is_found(void **state)
{
    char folder[ENDPOINT_MAX];

    (void)state;
    assert_int_equal(endpoint_folder(folder, "ipc:///run/syncbus/feed"), 0);
    assert_string_equal(folder, "/run/syncbus");
    assert_int_equal(endpoint_folder(folder, "ipc:///feed"), 0);
    assert_string_equal(folder, "/");
    assert_int_equal(endpoint_folder(folder, "tcp://h:1"), -EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tcp_base_gives_three_ports),
        cmocka_unit_test(an_ipc_base_gives_three_sockets_in_its_folder),
        cmocka_unit_test(other_bases_are_refused_and_leave_the_output_alone),
        cmocka_unit_test(a_name_too_long_for_a_socket_is_refused),
        cmocka_unit_test(the_default_is_the_users_runtime_folder),
        cmocka_unit_test(only_ipc_and_loopback_are_local),
        cmocka_unit_test(an_endpoint_is_tcp_with_a_port_or_an_absolute_path),
        cmocka_unit_test(the_folder_of_a_socket_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(concurrency-mt-unsafe) */
