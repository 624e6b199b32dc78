/* Tests of gateway/http/session.c. */
#include "gateway/http/session.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sessions sessions;

static int
set_up(void **unused)
{
    (void)unused;
    memset(&sessions, 0, sizeof sessions);
    return session_init(&sessions);
}

static int
tear_down(void **unused)
{
    (void)unused;
    session_clear(&sessions);
    return 0;
}

/* Log in, and the cookie as a browser sends it back. */
static void
begin(const struct session_options *opt, char cookie[128])
{
    char field[SESSION_COOKIE_MAX];

    assert_int_equal(session_begin(&sessions, opt, field), 0);
    assert_int_equal(sscanf(field, "Set-Cookie: %100[^;]", cookie), 1);
}

static void
a_cookie_carries_the_session(void **unused)
{
    char cookie[128], other[128], both[300];

    (void)unused;
    begin(&(struct session_options){.role = AUTH_READER}, cookie);
    begin(&(struct session_options){.role = AUTH_ADMIN}, other);
    assert_string_not_equal(cookie, other);
    assert_int_equal(session_find(&sessions, cookie), AUTH_READER);
    assert_int_equal(session_find(&sessions, other), AUTH_ADMIN);
    (void)snprintf(both, sizeof both, "a=b; siyuan=old; %s; c=d", cookie);
    assert_int_equal(session_find(&sessions, both), AUTH_READER);
}

static void
other_cookies_say_nothing(void **unused)
{
    static const char *const cookies[] = {
        "", "siyuan", "siyuan=", "siyuan=x; siyuan=y", "a=b", ";;; ;", NULL};
    char cookie[128], wrong[160];

    (void)unused;
    begin(&(struct session_options){.role = AUTH_ADMIN}, cookie);
    for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++)
        assert_int_equal(session_find(&sessions, cookies[i]), AUTH_ANYBODY);
    (void)snprintf(wrong, sizeof wrong, "x%s", cookie);
    assert_int_equal(session_find(&sessions, wrong), AUTH_ANYBODY);
    (void)snprintf(wrong, sizeof wrong, "%s0", cookie);
    assert_int_equal(session_find(&sessions, wrong), AUTH_ANYBODY);
}

static void
the_field_says_what_browsers_must_know(void **unused)
{
    char field[SESSION_COOKIE_MAX];

    (void)unused;
    assert_int_equal(
        session_begin(&sessions, &(struct session_options){.role = AUTH_ADMIN},
                      field),
        0);
    assert_non_null(strstr(field, "; Path=/; HttpOnly; SameSite=Lax\r\n"));
    assert_int_equal(session_begin(&sessions,
                                   &(struct session_options){.role = AUTH_ADMIN,
                                                             .is_long = true,
                                                             .is_secure = true},
                                   field),
                     0);
    assert_non_null(strstr(field, "; Path=/; Max-Age=2592000; HttpOnly;"
                                  " SameSite=Lax; Secure\r\n"));
}

static void
logging_out_ends_it_here_and_there(void **unused)
{
    char cookie[128], field[SESSION_COOKIE_MAX];

    (void)unused;
    begin(&(struct session_options){.role = AUTH_ADMIN}, cookie);
    session_end(&sessions, cookie, field);
    assert_int_equal(session_find(&sessions, cookie), AUTH_ANYBODY);
    assert_non_null(strstr(field, "siyuan=; Path=/; Max-Age=0; HttpOnly"));
    session_end(&sessions, NULL, field);
}

static void
a_session_has_a_number_as_long_as_it_lasts(void **unused)
{
    char cookie[128], other[128], field[SESSION_COOKIE_MAX];
    uint64_t one, two;

    (void)unused;
    begin(&(struct session_options){.role = AUTH_ADMIN}, cookie);
    begin(&(struct session_options){.role = AUTH_ADMIN}, other);
    one = session_number(&sessions, cookie);
    two = session_number(&sessions, other);
    assert_true(one != 0 && two != 0 && one != two);
    assert_int_equal(session_number(&sessions, "siyuan=x"), 0);
    assert_int_equal(session_number(&sessions, NULL), 0);
    assert_true(session_has(&sessions, one));
    session_end(&sessions, cookie, field);
    assert_false(session_has(&sessions, one));
    assert_true(session_has(&sessions, two));
    assert_false(session_has(&sessions, 0));
    begin(&(struct session_options){.role = AUTH_ADMIN}, cookie);
    assert_false(session_has(&sessions, one)); /* never again */
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_cookie_carries_the_session),
        TEST(other_cookies_say_nothing),
        TEST(the_field_says_what_browsers_must_know),
        TEST(logging_out_ends_it_here_and_there),
        TEST(a_session_has_a_number_as_long_as_it_lasts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
