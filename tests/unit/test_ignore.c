/* ignore: the matcher vectors of appendix A.6 and the fixed rules of 5.1. */
#include "services/sync-engine/repo/ignore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool
is_ignored(const char *list, const char *path)
{
    struct ignore *ig;
    int rc;

    assert_int_equal(ignore_new(&ig, list, strlen(list)), 0);
    rc = ignore_match(ig, path, strlen(path));
    ignore_free(ig);
    assert_in_range(rc, 0, IGNORE_MATCHED);
    return rc == IGNORE_MATCHED;
}

static size_t
dropped(const char *list)
{
    struct ignore *ig;
    size_t n;

    assert_int_equal(ignore_new(&ig, list, strlen(list)), 0);
    n = ignore_dropped(ig);
    ignore_free(ig);
    return n;
}

struct vector {
    const char *pattern;
    const char *yes[5];
    const char *no[3];
};

static void
patterns_match_as_published(void **state)
{
    static const struct vector vectors[] = {
        {"*.log", {"/x.log", "/a/x.log"}, {"/a/x.log2"}},
        {"assets/", {"/assets/a.png", "/box/assets/a.png"}, {NULL}},
        {"/assets/*", {"/assets/a.png"}, {"/box/assets/a.png"}},
        {"foo", {"/foo", "/foo/y", "/a/foo/y"}, {"/foobar"}},
        {"a/**/b", {"/a/b", "/a/q/b", "/a/q/r/b", "/a/b/c"}, {NULL}},
        {"foo/*.txt", {"/foo/1.txt"}, {"/q/foo/1.txt", "/foo/s/1.txt"}},
        {"dir/**", {"/dir/z"}, {NULL}},
        {"**/x", {"/x"}, {NULL}},
        {"a?c", {"/a?c"}, {"/abc"}},
        {"[ab].txt", {"/a.txt"}, {NULL}},
        {"a+b", {"/aab"}, {"/a+b"}},
        {"(x)", {"/x"}, {"/(x)"}},
        {"\\#hash", {"/#hash"}, {NULL}},
        {"\\!bang", {"/!bang"}, {NULL}},
        {" sp ", {"/sp"}, {NULL}},
        {"**", {"/a", "/a/b"}, {NULL}},
        {"/", {"/a", "/a/b"}, {NULL}},
        {"foo\\", {NULL}, {"/foo", "/foo\\"}},
        {"x[", {NULL}, {"/x", "/x["}},
        {"/.siyuan/conf.json",
         {"/.siyuan/conf.json"},
         {"/box/.siyuan/conf.json"}},
        {"20210808180117-6v0mkxr/**/*",
         {"/20210808180117-6v0mkxr/a.sy", "/20210808180117-6v0mkxr/a/b.sy"},
         {NULL}},
        {"*.log\n!keep.log", {"/a.log"}, {"/keep.log"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *v = &vectors[i];

        for (size_t k = 0; k < 5 && v->yes[k] != NULL; k++) {
            if (!is_ignored(v->pattern, v->yes[k]))
                fail_msg("%s must match %s", v->pattern, v->yes[k]);
        }
        for (size_t k = 0; k < 3 && v->no[k] != NULL; k++) {
            if (is_ignored(v->pattern, v->no[k]))
                fail_msg("%s must not match %s", v->pattern, v->no[k]);
        }
    }
}

static void
builtin_patterns_hold_without_a_list(void **state)
{
    (void)state;
    assert_true(is_ignored("", "/20210808180117-6v0mkxr/a.sy"));
    assert_true(is_ignored("", "/20210808180117-czj9bvb/a/b.sy"));
    assert_true(is_ignored("", "/20211226090932-5lcq56f/a.sy"));
    assert_true(is_ignored("", "/20240530133126-axarxgx/a.sy"));
    assert_true(is_ignored("", "/.siyuan/conf.json"));
    assert_false(is_ignored("", "/.siyuan/syncignore"));
    assert_false(is_ignored("", "/20210808180118-6v0mkxr/a.sy"));
}

static void
the_last_match_counts_and_repeated_lines_do_not(void **state)
{
    (void)state;
    assert_false(is_ignored("a\n!a", "/a"));
    assert_true(is_ignored("!a\na", "/a"));
    /* the second "a" is a repetition: removed before evaluation */
    assert_false(is_ignored("a\n!a\na", "/a"));
    /* with a space it is another line */
    assert_true(is_ignored("a\n!a\na ", "/a"));
    assert_false(is_ignored("a\r\n!a\r\na\r\n", "/a"));
    /* below an ignored directory too, unlike git */
    assert_false(is_ignored("dir/**\n!dir/keep", "/dir/keep"));
    /* nothing but '!' takes everything back */
    assert_false(is_ignored("a\n!", "/a"));
    /* built-in patterns come last */
    assert_true(is_ignored("!/.siyuan/conf.json", "/.siyuan/conf.json"));
}

static void
comments_and_empty_lines_are_nothing(void **state)
{
    (void)state;
    assert_int_equal(dropped("# a\n\n   \n\r\n#"), 0);
    assert_false(is_ignored("#a", "/#a"));
    assert_false(is_ignored("#a", "/a"));
}

static void
what_the_kernel_cannot_compile_is_dropped(void **state)
{
    static const char *const bad[] = {
        "foo\\", "x[",          "a)",        "(a",          "a++",
        "a+{2}", "a{2}+",       "a{1001}",   "a{2,1}",      "a{999999999999}",

        "(+a)",  "(a{500}){3}", "\\\\*+",    "\\1",         "\\k",
        "\\8",   "\\C",         "\\xg",      "\\x{110000}", "[b-a]",
        "[\\b]", "[a-\\d]",     "[[:foo:]]", "\\p{",        "\\e",
        "\\é",   "a|+",         "\xff",      "[^",          "\\p{NoSuchScript}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (strcmp(bad[i], "\xff") == 0)
            continue; /* no text at all: not even counted */
        if (dropped(bad[i]) != 1)
            fail_msg("%s must be dropped", bad[i]);
    }
    assert_false(is_ignored("\xff", "/a"));
}

static void
regular_expressions_mean_what_they_mean_to_the_kernel(void **state)
{
    static const struct vector vectors[] = {
        {"a{2}", {"/aa"}, {"/a", "/aaa", "/a{2}"}},
        {"a{,2}", {"/a{,2}"}, {"/aa"}},
        {"a{02}", {"/a{02}"}, {"/aa"}},
        {"a{x", {"/a{x"}, {NULL}},
        {"x}", {"/x}"}, {NULL}},
        {"x]", {"/x]"}, {NULL}},
        {"[]a]x", {"/]x", "/ax"}, {"/bx"}},
        {"[^a]x", {"/bx"}, {"/ax"}},
        {"[[:alpha:]]x", {"/bx"}, {"/1x"}},
        {"[[:^alpha:]]x", {"/1x"}, {"/bx"}},
        {"[[:alpha]x", {"/:x"}, {"/bx"}},
        {"\\d\\w",
         {"/1a"},
         {"/aa", "/\xd9\xa3"
                 "a"}},
        {"a\\sb", {"/a b"}, {"/a\vb", "/asb"}},
        {"a\\vb", {"/a\vb"}, {"/a\nb"}},
        {"a\\Sb", {"/a\vb"}, {"/a b"}},
        {"[\\S]", {"/\v"}, {"/ "}},
        {"[\\s]x", {"/ x"}, {"/\vx"}},
        {"[\\W[:alpha:]]x", {"/图x", "/ax", "/-x"}, {"/1x"}},
        {"[^\\p{Lu}\\W]", {"/1"}, {"/图", "/A"}},
        {"\\p{Han}", {"/图"}, {"/a"}},
        {"\\pLx", {"/éx"}, {"/1x"}},
        {"\\P{^Lu}", {"/A"}, {"/a"}},
        {"\\x41\\x{42}\\103", {"/ABC"}, {NULL}},
        {"\\Qa+b\\E", {"/a+b"}, {"/aab"}},
        {"a|b", {"/a", "/ab/c", "/x/a"}, {NULL}},
        {"a$", {"/a"}, {"/a\n"}},
        {"x\\*", {"/x*"}, {"/xx"}},
        {"a.c", {"/a.c"}, {"/abc"}},
        {"(a|b)+c", {"/abac"}, {"/c"}},
        {"x[*]", {NULL}, {"/x*"}},
        {"图*", {"/图片"}, {"/片"}},
        {"a-b,c", {"/a-b,c"}, {NULL}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *v = &vectors[i];

        for (size_t k = 0; k < 5 && v->yes[k] != NULL; k++) {
            if (!is_ignored(v->pattern, v->yes[k]))
                fail_msg("%s must match %s", v->pattern, v->yes[k]);
        }
        for (size_t k = 0; k < 3 && v->no[k] != NULL; k++) {
            if (is_ignored(v->pattern, v->no[k]))
                fail_msg("%s must not match %s", v->pattern, v->no[k]);
        }
    }
}

static void
a_pattern_that_backtracks_for_ever_is_decided(void **state)
{
    const char *pattern = "(((a+)+)+)+b";
    char path[256] = "/";

    (void)state;
    memset(path + 1, 'a', 200);
    assert_false(is_ignored(pattern, path));
    path[201] = 'b';
    assert_true(is_ignored(pattern, path));
}

static void
too_long_lists_and_broken_paths_are_refused(void **state)
{
    char *text = malloc(IGNORE_TEXT_MAX + 1);
    struct ignore *ig;
    size_t len = 0;

    (void)state;
    assert_non_null(text);
    memset(text, '\n', IGNORE_TEXT_MAX + 1);
    assert_int_equal(ignore_new(&ig, text, IGNORE_TEXT_MAX + 1), -E2BIG);
    assert_null(ig);
    for (unsigned i = 0; i <= IGNORE_RULES_MAX; i++) {
        for (unsigned k = 0; k < 13; k++)
            text[len++] = (char)('a' + (i >> k & 1));
        text[len++] = '\n';
    }
    assert_int_equal(ignore_new(&ig, text, len), -E2BIG);
    assert_int_equal(ignore_new(&ig, "a", 1), 0);
    assert_int_equal(ignore_match(ig, "/\xff", 2), -EILSEQ);
    ignore_free(ig);
    ignore_free(NULL);
    free(text);
}

static void
fixed_rules_are_those_of_the_kernel(void **state)
{
    static const char *const skipped[] = {
        "/.hidden",
        "/a/.hidden",
        "/a.tmp",
        "/a/b.tmp",
        "/storage/local.json",
        "/storage/recent-doc.json",
        "/storage/ref-used.json",
        "/x/data/storage/local.json",
        "/mydata/storage/local.json",
    };
    static const char *const kept[] = {
        "/a.sy",
        "/.siyuan/syncignore",
        "/a.tmp.sy",
        "/x/storage/local.json",
        "/storage/local.json2",
        "/data/x/storage/local.json",
        "/tmp",
    };

    (void)state;
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
        if (!ignore_skips_file(skipped[i]))
            fail_msg("%s must be skipped", skipped[i]);
    }
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (ignore_skips_file(kept[i]))
            fail_msg("%s must be kept", kept[i]);
    }
    assert_true(ignore_skips_dir(".git"));
    assert_true(ignore_skips_dir("filesys_status_check"));
    assert_false(ignore_skips_dir(".siyuan"));
    assert_false(ignore_skips_dir("assets"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_published),
        cmocka_unit_test(builtin_patterns_hold_without_a_list),
        cmocka_unit_test(the_last_match_counts_and_repeated_lines_do_not),
        cmocka_unit_test(comments_and_empty_lines_are_nothing),
        cmocka_unit_test(what_the_kernel_cannot_compile_is_dropped),
        cmocka_unit_test(regular_expressions_mean_what_they_mean_to_the_kernel),
        cmocka_unit_test(a_pattern_that_backtracks_for_ever_is_decided),
        cmocka_unit_test(too_long_lists_and_broken_paths_are_refused),
        cmocka_unit_test(fixed_rules_are_those_of_the_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
