#include "gateway/http/auth.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct auth_secrets all = {
    .api_token = "admin", .reader_token = "reader", .access_code = "co:de"};
static const struct auth_secrets tokens = {.api_token = "admin",
                                           .reader_token = "reader"};
static const struct auth_secrets only_code = {.access_code = "co:de"};
static const struct auth_secrets none = {0};

static struct auth_facts
facts_of(const char *authorization, const char *query)
{
    struct auth_facts f = {.authorization = authorization,
                           .query = query,
                           .is_host_local = true,
                           .is_origin_local = true};

    assert_int_equal(address_parse(&f.client, "127.0.0.1", 9), 0);
    return f;
}

static void
each_credential_gets_its_verdict(void **unused)
{
    static const struct {
        const struct auth_secrets *secrets;
        const char *authorization, *query;
        enum auth_verdict verdict;
    } rows[] = {
        {&all, "Token admin", NULL, AUTH_IS_ADMIN},
        {&all, "bearer admin", NULL, AUTH_IS_ADMIN},
        {&all, "Token reader", NULL, AUTH_IS_READER},
        {&all, "Token admi", NULL, AUTH_WRONG_HEADER},
        {&all, "Token admin ", NULL, AUTH_WRONG_HEADER},
        {&all, "Token co:de", NULL, AUTH_WRONG_HEADER},
        {&all, "Token  admin", NULL, AUTH_WRONG_HEADER},
        {&all, "Token x", "token=admin", AUTH_WRONG_HEADER},
        {&all, "Token ", "token=admin", AUTH_IS_ADMIN},
        {&all, "TOKEN admin", NULL, AUTH_NOTHING},
        {&all, NULL, "token=admin", AUTH_IS_ADMIN},
        {&all, NULL, "token=reader", AUTH_IS_READER},
        {&all, NULL, "token=x", AUTH_WRONG_QUERY},
        {&all, NULL, "token=%", AUTH_WRONG_QUERY},
        {&all, NULL, "token=", AUTH_NOTHING},
        {&all, NULL, NULL, AUTH_NOTHING},
        {&all, "Basic OmNvOmRl", NULL, AUTH_IS_ADMIN},         /* :co:de */
        {&all, "basic c2l5dWFuOmNvOmRl", NULL, AUTH_IS_ADMIN}, /* siyuan: */
        {&all, "Basic c2l5dWFuOmNv", NULL, AUTH_WRONG_BASIC},  /* siyuan:co */
        {&all, "Basic YWRtaW4=", NULL, AUTH_WRONG_BASIC},      /* no colon */
        {&all, "Basic ?", NULL, AUTH_WRONG_BASIC},
        {&all, "Basic ", NULL, AUTH_WRONG_BASIC},
        {&only_code, NULL, NULL, AUTH_NOTHING},
        {&only_code, "Token co:de", NULL, AUTH_WRONG_HEADER},
        {&tokens, "Basic OmNvOmRl", NULL, AUTH_NOTHING},
        {&tokens, NULL, NULL, AUTH_NOTHING},
        {&none, NULL, NULL, AUTH_IS_ADMIN},
        {&none, "Basic OmNvOmRl", NULL, AUTH_IS_ADMIN},
        {&none, "Token x", NULL, AUTH_WRONG_HEADER},
        {&none, NULL, "token=x", AUTH_WRONG_QUERY},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct auth_facts f = facts_of(rows[i].authorization, rows[i].query);

        assert_int_equal(auth_decide(rows[i].secrets, &f), rows[i].verdict);
    }
}

static void
without_secrets_every_sign_of_a_stranger_refuses(void **unused)
{
    struct auth_facts f = facts_of(NULL, NULL);

    (void)unused;
    f.is_host_local = false;
    assert_int_equal(auth_decide(&none, &f), AUTH_NOT_LOCAL);
    f = facts_of(NULL, NULL);
    f.is_origin_local = false;
    assert_int_equal(auth_decide(&none, &f), AUTH_NOT_LOCAL);
    f = facts_of(NULL, NULL);
    f.is_forwarded = true;
    assert_int_equal(auth_decide(&none, &f), AUTH_NOT_LOCAL);
    f = facts_of(NULL, NULL);
    assert_int_equal(address_parse(&f.client, "10.0.0.1", 8), 0);
    assert_int_equal(auth_decide(&none, &f), AUTH_NOT_LOCAL);
    /* A secret opens the door from anywhere. */
    f.is_host_local = f.is_origin_local = false;
    f.authorization = "Token admin";
    assert_int_equal(auth_decide(&all, &f), AUTH_IS_ADMIN);
}

static void
only_wrong_credentials_are_failures(void **unused)
{
    (void)unused;
    assert_true(auth_is_failure(AUTH_WRONG_HEADER));
    assert_true(auth_is_failure(AUTH_WRONG_QUERY));
    assert_true(auth_is_failure(AUTH_WRONG_BASIC));
    assert_false(auth_is_failure(AUTH_NOTHING));
    assert_false(auth_is_failure(AUTH_NOT_LOCAL));
    assert_false(auth_is_failure(AUTH_IS_READER));
}

static void
equal_means_equal_in_length_and_every_byte(void **unused)
{
    (void)unused;
    assert_true(auth_is_equal("secret", "secret", 6));
    assert_false(auth_is_equal("secret", "secre", 5));
    assert_false(auth_is_equal("secret", "secrets", 7));
    assert_false(auth_is_equal("secret", "secretsecret", 12));
    assert_false(auth_is_equal("secret", "Secret", 6));
    assert_false(auth_is_equal("secret", "", 0));
    assert_false(auth_is_equal("", "", 0));
    assert_false(auth_is_equal("", "x", 1));
}

/* Overwrite the start of text, no NUL. */
static void
begin(char *text, const char *start)
{
    while (*start != '\0')
        *text++ = *start++;
}

static void
long_credentials_are_wrong_not_cut(void **unused)
{
    static char text[4 * AUTH_GIVEN_MAX];
    struct auth_facts f = facts_of(text, NULL);

    (void)unused;
    memset(text, 'Q', sizeof text - 1);
    begin(text, "Basic ");
    assert_int_equal(auth_decide(&all, &f), AUTH_WRONG_BASIC);
    begin(text, "Token ");
    assert_int_equal(auth_decide(&all, &f), AUTH_WRONG_HEADER);
    begin(text, "token=");
    f = facts_of(NULL, text);
    assert_int_equal(auth_decide(&all, &f), AUTH_WRONG_QUERY);
}

static void
a_session_is_as_good_as_its_secret(void **unused)
{
    struct auth_facts f = facts_of(NULL, NULL);

    (void)unused;
    f.session = AUTH_ADMIN;
    assert_int_equal(auth_decide(&all, &f), AUTH_IS_ADMIN);
    assert_int_equal(auth_decide(&tokens, &f), AUTH_IS_ADMIN);
    f.session = AUTH_READER;
    assert_int_equal(auth_decide(&only_code, &f), AUTH_IS_READER);
}

static void
a_page_of_others_has_no_session(void **unused)
{
    struct auth_facts f = facts_of(NULL, NULL);

    (void)unused;
    f.session = AUTH_ADMIN;
    f.is_foreign = true;
    assert_int_equal(auth_decide(&all, &f), AUTH_NOTHING);
    f.query = "token=admin"; /* which a page cannot know */
    assert_int_equal(auth_decide(&all, &f), AUTH_IS_ADMIN);
}

static void
a_wrong_credential_is_wrong_in_a_session_too(void **unused)
{
    struct auth_facts f = facts_of("Token x", NULL);

    (void)unused;
    f.session = AUTH_ADMIN;
    assert_int_equal(auth_decide(&all, &f), AUTH_WRONG_HEADER);
}

static void
each_secret_logs_in_as_what_it_is(void **unused)
{
    (void)unused;
    assert_int_equal(auth_of_secret(&all, "co:de"), AUTH_ADMIN);
    assert_int_equal(auth_of_secret(&all, "admin"), AUTH_ADMIN);
    assert_int_equal(auth_of_secret(&all, "reader"), AUTH_READER);
    assert_int_equal(auth_of_secret(&all, "Co:de"), AUTH_ANYBODY);
    assert_int_equal(auth_of_secret(&all, ""), AUTH_ANYBODY);
    assert_int_equal(auth_of_secret(&tokens, "co:de"), AUTH_ANYBODY);
    assert_int_equal(auth_of_secret(&none, ""), AUTH_ANYBODY);
    assert_true(auth_is_open(&none));
    assert_false(auth_is_open(&only_code));
}

static void
a_code_that_a_browser_adds_by_itself_is_none(void **unused)
{
    struct auth_facts f = facts_of("Basic OmNvOmRl", NULL);

    (void)unused;
    f.is_foreign = true;
    assert_int_equal(auth_decide(&all, &f), AUTH_IS_ADMIN);
    f.is_origin_local = false;
    assert_int_equal(auth_decide(&all, &f), AUTH_NOTHING);
    f.authorization = "Token admin";
    assert_int_equal(auth_decide(&all, &f), AUTH_IS_ADMIN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_credential_gets_its_verdict),
        cmocka_unit_test(without_secrets_every_sign_of_a_stranger_refuses),
        cmocka_unit_test(only_wrong_credentials_are_failures),
        cmocka_unit_test(equal_means_equal_in_length_and_every_byte),
        cmocka_unit_test(long_credentials_are_wrong_not_cut),
        cmocka_unit_test(a_session_is_as_good_as_its_secret),
        cmocka_unit_test(a_page_of_others_has_no_session),
        cmocka_unit_test(a_wrong_credential_is_wrong_in_a_session_too),
        cmocka_unit_test(each_secret_logs_in_as_what_it_is),
        cmocka_unit_test(a_code_that_a_browser_adds_by_itself_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
