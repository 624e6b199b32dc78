/* Tests of gateway/http/framing.c. */
#include "gateway/http/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <civetweb.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const struct mg_header host = {"Host", "localhost"};

/* The verdict about Host and two more fields. */
static struct framing_fault
check(struct mg_header one, struct mg_header two)
{
    const struct mg_header fields[] = {host, one, two};

    return framing_check(fields, COUNT(fields), true);
}

static void
what_everybody_sends_passes(void **unused)
{
    const struct mg_header none = {"Accept", "*/*"};
    const struct mg_header length = {"content-length", "65536"};
    const struct mg_header coding = {"Transfer-Encoding", "chunked"};
    struct framing_fault fault = check(none, none);

    (void)unused;
    assert_int_equal(fault.status, 0);
    assert_string_equal(fault.text, "");
    assert_int_equal(check(none, length).status, 0);
    assert_int_equal(check(none, coding).status, 0);
    assert_int_equal(framing_check(&host, 1, true).status, 0);
    assert_int_equal(framing_check(NULL, 0, false).status, 0);
}

static void
two_ways_to_find_the_end_are_refused(void **unused)
{
    const struct mg_header length = {"Content-Length", "2"};
    const struct mg_header again = {"CONTENT-LENGTH", "2"};
    const struct mg_header coding = {"transfer-encoding", "chunked"};

    (void)unused;
    assert_string_equal(check(length, again).text,
                        "400 more than one Content-Length");
    assert_string_equal(check(coding, coding).text,
                        "400 more than one Transfer-Encoding");
    assert_string_equal(check(length, coding).text,
                        "400 both Content-Length and Transfer-Encoding");
    assert_string_equal(framing_check(&coding, 1, false).text,
                        "400 Transfer-Encoding in HTTP/1.0");
}

static void
a_length_is_digits_and_nothing_else(void **unused)
{
    static const char *const odd[] = {"",   "0x2", "+2",  "-2",
                                      "2,", "2 2", "1e3", "2, 2"};
    const struct mg_header other = {"Accept", "*/*"};

    (void)unused;
    for (int i = 0; i < COUNT(odd); i++) {
        struct mg_header length = {"Content-Length", odd[i]};

        assert_string_equal(check(other, length).text,
                            "400 Content-Length is no decimal number");
    }
}

static void
there_is_one_host(void **unused)
{
    const struct mg_header other = {"Accept", "*/*"};

    (void)unused;
    assert_string_equal(check(other, host).text, "400 more than one Host");
    assert_string_equal(framing_check(&other, 1, true).text, "400 no Host");
    assert_int_equal(framing_check(&other, 1, false).status, 0);
}

static void
as_many_fields_as_civetweb_keeps_may_be_more(void **unused)
{
    struct mg_header fields[FRAMING_FIELDS_MAX + 1];

    (void)unused;
    fields[0] = host;
    for (int i = 1; i < COUNT(fields); i++)
        fields[i] = (struct mg_header){"X-A", "b"};
    assert_int_equal(framing_check(fields, COUNT(fields), true).status, 431);
    assert_int_equal(framing_check(fields, COUNT(fields) - 1, true).status, 0);
    assert_int_equal(FRAMING_FIELDS_MAX, MG_MAX_HEADERS - 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_everybody_sends_passes),
        cmocka_unit_test(two_ways_to_find_the_end_are_refused),
        cmocka_unit_test(a_length_is_digits_and_nothing_else),
        cmocka_unit_test(there_is_one_host),
        cmocka_unit_test(as_many_fields_as_civetweb_keeps_may_be_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
