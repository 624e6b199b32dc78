#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/runtime/hub_address.h"

#include <errno.h>
#include <string.h>

#define ALL ((unsigned)HUB_INGEST | HUB_FEED | HUB_CONTROL)

static void
a_base_gives_all_three(void **state)
{
    struct hub_address given = {.base = "ipc:///run/box"};
    struct endpoints out;
    char why[HUB_ADDRESS_WHY];

    (void)state;
    assert_int_equal(hub_address_choose(&out, &given, "hub", HUB_FEED, why), 0);
    assert_string_equal(out.ingest, "ipc:///run/box/ingest");
    assert_string_equal(out.feed, "ipc:///run/box/feed");
    assert_string_equal(out.control, "ipc:///run/box/control");
}

static void
a_sockets_own_address_replaces_the_bases(void **state)
{
    struct hub_address given = {.base = "tcp://127.0.0.1",
                                .control = "ipc:///run/elsewhere"};
    struct endpoints out;
    char why[HUB_ADDRESS_WHY];

    (void)state;
    assert_int_equal(hub_address_choose(&out, &given, "hub", ALL, why), 0);
    assert_string_equal(out.ingest, "tcp://127.0.0.1:7571");
    assert_string_equal(out.feed, "tcp://127.0.0.1:7572");
    assert_string_equal(out.control, "ipc:///run/elsewhere");
}

static void
without_a_base_what_is_used_may_be_all_that_is_given(void **state)
{
    struct hub_address given = {.feed = "ipc:///a/f", .ingest = "ipc:///a/i"};
    struct endpoints out;
    char why[HUB_ADDRESS_WHY];

    (void)state;
    assert_int_equal(hub_address_choose(&out, &given, "listen",
                                        (unsigned)HUB_INGEST | HUB_FEED, why),
                     0);
    assert_string_equal(out.ingest, "ipc:///a/i");
    assert_string_equal(out.feed, "ipc:///a/f");
    assert_string_equal(out.control, "");

    /* The third is wanted: it comes from the default. */
    assert_int_equal(hub_address_choose(&out, &given, "listen", ALL, why), 0);
    assert_string_equal(out.ingest, "ipc:///a/i");
    assert_non_null(strstr(out.control, "/syncbus/control"));
}

static void
a_wrong_address_is_named_with_its_option(void **state)
{
    static const struct {
        struct hub_address given;
        const char *says;
    } rows[] = {
        {{.base = "tcp://host:7"}, "--listen: \"tcp://host:7\" is neither"},
        {{.feed = "nowhere"}, "--listen-feed: \"nowhere\" is neither"},
        {{.ingest = "tcp://host"}, "--listen-ingest: \"tcp://host\" is"},
        {{.control = "ipc://x"}, "--listen-control: \"ipc://x\" is neither"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct endpoints out;
        char why[HUB_ADDRESS_WHY] = "";

        assert_int_equal(
            hub_address_choose(&out, &rows[i].given, "listen", ALL, why),
            -EINVAL);
        assert_non_null(strstr(why, rows[i].says));
        assert_null(strchr(why, '\n'));
    }
}

static void
a_base_too_long_for_a_socket_is_said_to_be(void **state)
{
    char base[200] = "ipc:///";
    struct hub_address given = {.base = base};
    struct endpoints out;
    char why[HUB_ADDRESS_WHY];

    (void)state;
    memset(base + 7, 'x', sizeof base - 8);
    assert_int_equal(hub_address_choose(&out, &given, "hub", ALL, why),
                     -EINVAL);
    assert_non_null(strstr(why, "(too long)"));
}

static void
only_used_sockets_count_as_remote(void **state)
{
    struct endpoints hub = {.ingest = "tcp://10.0.0.1:7571",
                            .feed = "ipc:///run/feed",
                            .control = ""};

    (void)state;
    assert_string_equal(hub_address_remote(&hub, ALL), hub.ingest);
    assert_null(hub_address_remote(&hub, (unsigned)HUB_FEED | HUB_CONTROL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_base_gives_all_three),
        cmocka_unit_test(a_sockets_own_address_replaces_the_bases),
        cmocka_unit_test(without_a_base_what_is_used_may_be_all_that_is_given),
        cmocka_unit_test(a_wrong_address_is_named_with_its_option),
        cmocka_unit_test(a_base_too_long_for_a_socket_is_said_to_be),
        cmocka_unit_test(only_used_sockets_count_as_remote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
