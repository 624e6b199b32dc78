#include "services/sync-engine/merge/twins.h"

#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* The twins of these paths, as "CASE /a=/A FORM …". */
static char *
find(const char *const *paths)
{
    static char found[1024];
    static const char *const KINDS[] = {"CASE", "FORM", "FOLDER"};
    struct file_list l = {0};
    struct twins t;
    size_t len = 0;

    for (; *paths != NULL; paths++)
        files_add(&l, *paths, "x", FILES_EPOCH_MS);
    file_list_sort(&l);
    assert_int_equal(twins_find(&t, &l), 0);
    found[0] = '\0';
    for (size_t i = 0; i < t.count; i++) {
        const struct twins_pair *p = &t.pairs[i];

        len +=
            (size_t)snprintf(found + len, sizeof found - len, "%s%s %.*s=%.*s",
                             i > 0 ? " " : "", KINDS[p->kind], (int)p->a_len,
                             p->a->path, (int)p->b_len, p->b->path);
    }
    twins_clear(&t);
    file_list_clear(&l);
    return found;
}

#define FIND(...) find((const char *const[]){__VA_ARGS__, NULL})

/* u with diaeresis: composed, and as u with a combining mark */
#define U_NFC "\xc3\xbc"
#define U_NFD "u\xcc\x88"
#define U_BIG "\xc3\x9c"

static void
paths_that_differ_are_no_twins(void **state)
{
    (void)state;
    assert_string_equal(FIND("/a", "/b", "/c/a", "/d/a", "/a.b/c"), "");
    assert_string_equal(FIND("/a/b", "/a/c", "/a.txt", "/a-/b"), "");
}

static void
an_empty_list_has_no_twins(void **state)
{
    struct file_list l = {0};
    struct twins t;

    (void)state;
    assert_int_equal(twins_find(&t, &l), 0);
    assert_int_equal(t.count, 0);
    twins_clear(&t);
    twins_clear(NULL);
}

static void
names_that_differ_in_case_are_twins(void **state)
{
    (void)state;
    assert_string_equal(FIND("/a/Doc.md", "/a/doc.md"),
                        "CASE /a/Doc.md=/a/doc.md");
    assert_string_equal(FIND("/" U_NFC, "/" U_BIG), "CASE /" U_BIG "=/" U_NFC);
}

static void
names_that_differ_in_composition_are_twins(void **state)
{
    (void)state;
    assert_string_equal(FIND("/" U_NFC ".md", "/" U_NFD ".md"),
                        "FORM /" U_NFD ".md=/" U_NFC ".md");
    assert_string_equal(FIND("/" U_BIG, "/" U_NFD), "CASE /" U_NFD "=/" U_BIG);
}

static void
a_file_and_a_folder_of_one_name_are_twins(void **state)
{
    (void)state;
    assert_string_equal(FIND("/a", "/a/b", "/a.x"), "FOLDER /a=/a");
    assert_string_equal(FIND("/A", "/a/b"), "CASE /A=/a");
}

static void
folders_are_twins_once_and_not_again_for_each_file(void **state)
{
    (void)state;
    assert_string_equal(FIND("/Box/a", "/Box/b", "/box/a", "/box/b"),
                        "CASE /Box=/box");
    assert_string_equal(FIND("/Box/a", "/box/A", "/box/a"),
                        "CASE /Box=/box CASE /box/A=/box/a");
}

static void
of_three_alike_each_is_paired_with_the_first(void **state)
{
    (void)state;
    assert_string_equal(FIND("/DOC", "/Doc", "/doc"),
                        "CASE /DOC=/Doc CASE /DOC=/doc");
}

static void
the_same_path_twice_is_no_twin(void **state)
{
    (void)state;
    assert_string_equal(FIND("/a/b", "/a/b"), "");
}

static void
bytes_that_are_no_text_are_compared_as_they_are(void **state)
{
    (void)state;
    assert_string_equal(FIND("/\xff\xfe", "/\xff\xfd"), "");
}

static void
many_files_that_share_a_folder_are_found_in_time(void **state)
{
    struct file_list l = {0};
    struct twins t;
    char path[64];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(path, sizeof path, "/box/%d/%c%d", i % 100,
                       i % 2 == 0 ? 'a' : 'A', i / 200);
        files_add(&l, path, "x", FILES_EPOCH_MS);
    }
    file_list_sort(&l);
    assert_int_equal(twins_find(&t, &l), 0);
    assert_int_equal(t.count, 0); /* i and its folder have the same parity */
    twins_clear(&t);
    file_list_clear(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_differ_are_no_twins),
        cmocka_unit_test(an_empty_list_has_no_twins),
        cmocka_unit_test(names_that_differ_in_case_are_twins),
        cmocka_unit_test(names_that_differ_in_composition_are_twins),
        cmocka_unit_test(a_file_and_a_folder_of_one_name_are_twins),
        cmocka_unit_test(folders_are_twins_once_and_not_again_for_each_file),
        cmocka_unit_test(of_three_alike_each_is_paired_with_the_first),
        cmocka_unit_test(the_same_path_twice_is_no_twin),
        cmocka_unit_test(bytes_that_are_no_text_are_compared_as_they_are),
        cmocka_unit_test(many_files_that_share_a_folder_are_found_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
