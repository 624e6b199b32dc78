#include "proto/phase.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
every_phase_has_a_token_that_finds_it(void **unused)
{
    (void)unused;
    for (enum phase p = PHASE_NONE; p < PHASE_COUNT; p++) {
        assert_true(strlen(phase_token(p)) < PHASE_TOKEN_MAX);
        assert_int_equal(phase_find(phase_token(p)), p);
    }
}

static void
only_no_phase_has_an_empty_token(void **unused)
{
    (void)unused;
    assert_string_equal(phase_token(PHASE_NONE), "");
    for (enum phase p = PHASE_WALK; p < PHASE_COUNT; p++)
        assert_true(phase_token(p)[0] != '\0');
}

static void
tokens_are_those_of_the_protocol(void **unused)
{
    static const char *const tokens[] = {
        "",
        "walk",
        "load",
        "index",
        "lock",
        "fetch-ref",
        "fetch-index",
        "fetch-files",
        "fetch-chunks",
        "send-chunks",
        "send-files",
        "checkout",
        "remove",
        "send-index",
        "unlock",
        "purge",
    };

    (void)unused;
    assert_int_equal(sizeof tokens / sizeof *tokens, PHASE_COUNT);
    for (size_t i = 0; i < PHASE_COUNT; i++)
        assert_string_equal(phase_token((enum phase)i), tokens[i]);
}

static void
foreign_tokens_and_values_are_no_phase(void **unused)
{
    (void)unused;
    assert_int_equal(phase_find("polish"), PHASE_NONE);
    assert_int_equal(phase_find("WALK"), PHASE_NONE);
    assert_string_equal(phase_token(PHASE_COUNT), "");
    assert_string_equal(phase_token((enum phase) - 1), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phase_has_a_token_that_finds_it),
        cmocka_unit_test(only_no_phase_has_an_empty_token),
        cmocka_unit_test(tokens_are_those_of_the_protocol),
        cmocka_unit_test(foreign_tokens_and_values_are_no_phase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
