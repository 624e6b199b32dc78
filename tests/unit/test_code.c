#include "proto/code.h"

#include "proto/reply_code.h"
#include "proto/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MANUAL_MAX 65536

static bool
is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80)
            return false;
    }
    return true;
}

/* One line each, in its own language. */
static void
assert_texts(const struct code_info *info, bool has_remedy)
{
    assert_true(strlen(info->token) < CODE_TOKEN_MAX);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        const char *text = info->text[lang], *remedy = info->remedy[lang];

        assert_non_null(text);
        assert_non_null(remedy);
        assert_true(text[0] != '\0');
        assert_int_equal(remedy[0] != '\0', has_remedy);
        assert_true(strlen(text) < 160 && strlen(remedy) < 160);
        assert_null(strpbrk(text, "\n\t"));
        assert_null(strpbrk(remedy, "\n\t"));
        assert_true(utf8_is_valid((const unsigned char *)text, strlen(text)));
    }
    assert_true(is_ascii(info->text[LANG_EN]));
    assert_true(is_ascii(info->remedy[LANG_EN]));
    assert_false(is_ascii(info->text[LANG_ZH_CN]));
}

static void
every_code_has_texts_and_a_token_that_finds_it(void **unused)
{
    (void)unused;
    for (enum code c = CODE_OK; c < CODE_COUNT; c++) {
        assert_texts(code_info(c), c != CODE_OK);
        assert_int_equal(code_find(code_info(c)->token), c);
    }
}

static void
every_reply_code_has_texts_and_a_token_that_finds_it(void **unused)
{
    (void)unused;
    for (enum reply_code c = REPLY_OK; c < REPLY_CODE_COUNT; c++) {
        assert_texts(reply_code_info(c), c != REPLY_OK);
        assert_int_equal(reply_code_find(reply_code_info(c)->token), c);
    }
}

/* Other programs compare these words: they never change. */
static void
tokens_are_those_of_the_protocol(void **unused)
{
    static const char *const codes[] = {
        "",
        "auth",
        "forbidden",
        "not-found",
        "locked",
        "lock-failed",
        "key-mismatch",
        "repo-damaged",
        "clock-skew",
        "unavailable",
        "rate-limited",
        "timeout",
        "network",
        "tls",
        "quota",
        "disk-full",
        "permission",
        "busy-file",
        "empty-workspace",
        "mass-delete",
        "unsafe-path",
        "interrupted",
        "cancelled",
        "config",
        "internal",
    };
    static const char *const replies[] = {
        "",         "unreachable", "forbidden", "bad-request",
        "timeout",  "unsupported", "disabled",  "not-found",
        "internal",
    };

    (void)unused;
    assert_int_equal(sizeof codes / sizeof *codes, CODE_COUNT);
    assert_int_equal(sizeof replies / sizeof *replies, REPLY_CODE_COUNT);
    for (size_t i = 0; i < CODE_COUNT; i++)
        assert_string_equal(code_info((enum code)i)->token, codes[i]);
    for (size_t i = 0; i < REPLY_CODE_COUNT; i++) {
        assert_string_equal(reply_code_info((enum reply_code)i)->token,
                            replies[i]);
    }
}

static void
foreign_codes_are_internal(void **unused)
{
    (void)unused;
    assert_int_equal(code_find("gremlins"), CODE_INTERNAL);
    assert_string_equal(code_info(CODE_COUNT)->token, "internal");
    assert_int_equal(reply_code_find("gremlins"), REPLY_INTERNAL);
    assert_string_equal(reply_code_info(REPLY_CODE_COUNT)->token, "internal");
}

/* A wrong password does not heal by itself; a busy store does. */
static void
retryable_means_that_waiting_may_help(void **unused)
{
    (void)unused;
    assert_true(code_info(CODE_NETWORK)->retryable);
    assert_true(code_info(CODE_LOCKED)->retryable);
    assert_true(code_info(CODE_RATE_LIMITED)->retryable);
    assert_false(code_info(CODE_AUTH)->retryable);
    assert_false(code_info(CODE_MASS_DELETE)->retryable);
    assert_false(code_info(CODE_KEY_MISMATCH)->retryable);
}

static void
languages_have_their_usual_names(void **unused)
{
    enum lang lang = LANG_COUNT;

    (void)unused;
    assert_int_equal(lang_parse(&lang, "zh-CN"), 0);
    assert_int_equal(lang, LANG_ZH_CN);
    assert_int_equal(lang_parse(&lang, "zh_CN"), 0);
    assert_int_equal(lang_parse(&lang, "en_US"), 0);
    assert_int_equal(lang, LANG_EN);
    assert_int_equal(lang_parse(&lang, "fr"), -EINVAL);
    assert_int_equal(lang_parse(&lang, ""), -EINVAL);
    assert_int_equal(lang, LANG_EN);
}

static char *
read_manual(void)
{
    FILE *f = fopen(SOURCE_ROOT "/docs/manual.md", "r");
    char *text = calloc(1, MANUAL_MAX);

    assert_non_null(f);
    assert_non_null(text);
    assert_true(fread(text, 1, MANUAL_MAX - 1, f) > 0);
    (void)fclose(f);
    return text;
}

static void
assert_row(const char *manual, const struct code_info *info)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        char row[1024];

        (void)snprintf(row, sizeof row, "\n| `%s` | %s | %s |\n", info->token,
                       info->text[lang], info->remedy[lang]);
        if (strstr(manual, row) == NULL)
            fail_msg("docs/manual.md has no row:%s", row);
    }
}

static void
every_code_has_its_row_in_the_user_manual(void **unused)
{
    char *manual = read_manual();

    (void)unused;
    for (enum code c = CODE_OK + 1; c < CODE_COUNT; c++)
        assert_row(manual, code_info(c));
    for (enum reply_code c = REPLY_OK + 1; c < REPLY_CODE_COUNT; c++)
        assert_row(manual, reply_code_info(c));
    free(manual);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_texts_and_a_token_that_finds_it),
        cmocka_unit_test(every_reply_code_has_texts_and_a_token_that_finds_it),
        cmocka_unit_test(every_code_has_its_row_in_the_user_manual),
        cmocka_unit_test(tokens_are_those_of_the_protocol),
        cmocka_unit_test(foreign_codes_are_internal),
        cmocka_unit_test(retryable_means_that_waiting_may_help),
        cmocka_unit_test(languages_have_their_usual_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
