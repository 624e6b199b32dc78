#include "gateway/v1/problem.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
every_problem_has_a_code_texts_and_a_remedy_in_both_languages(void **unused)
{
    (void)unused;
    for (int kind = PROBLEM_NONE + 1; kind < PROBLEM_COUNT; kind++) {
        const struct problem *p = problem_find((enum problem_kind)kind);

        assert_true(p->status >= 400 && p->status < 600);
        assert_true(p->info.token[0] != '\0');
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            assert_true(p->info.text[lang][0] != '\0');
            assert_true(p->info.remedy[lang][0] != '\0');
        }
        /* The argument has its place in both, or in neither. */
        assert_int_equal(strstr(p->info.text[LANG_EN], "%s") != NULL,
                         strstr(p->info.text[LANG_ZH_CN], "%s") != NULL);
        for (int other = PROBLEM_NONE + 1; other < kind; other++) {
            assert_string_not_equal(
                p->info.token,
                problem_find((enum problem_kind)other)->info.token);
        }
    }
}

static void
every_refusal_has_a_status(void **unused)
{
    (void)unused;
    for (int code = REPLY_OK + 1; code < REPLY_CODE_COUNT; code++) {
        int status = problem_status((enum reply_code)code);

        assert_true(status >= 400 && status < 600);
    }
    assert_int_equal(problem_status(REPLY_UNREACHABLE), 503);
    assert_int_equal(problem_status(REPLY_TIMEOUT), 504);
    assert_int_equal(problem_status(REPLY_DISABLED), 409);
    assert_int_equal(problem_status(REPLY_NOT_FOUND), 404);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_problem_has_a_code_texts_and_a_remedy_in_both_languages),
        cmocka_unit_test(every_refusal_has_a_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
