#include "tools/sample/edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#define COUNT 100

static struct catalog files;
static struct edit first[COUNT], second[COUNT];

static int
make_catalog(void **state)
{
    const struct catalog_numbers numbers = {400, 16 << 20, 1};

    (void)state;
    return catalog_init(&files, &numbers);
}

static int
clear_catalog(void **state)
{
    (void)state;
    catalog_clear(&files);
    return 0;
}

static bool
is_listed(const char *path)
{
    for (size_t i = 0; i < files.count; i++) {
        if (strcmp(files.entries[i].path, path) == 0)
            return true;
    }
    return false;
}

static bool
is_same(const struct edit *a, const struct edit *b)
{
    return a->kind == b->kind && a->at == b->at &&
           a->entry.kind == b->entry.kind && a->entry.size == b->entry.size &&
           a->entry.mtime_ms == b->entry.mtime_ms &&
           strcmp(a->entry.path, b->entry.path) == 0;
}

static void
a_round_can_be_repeated_and_the_next_differs(void **state)
{
    (void)state;
    assert_int_equal(edit_choose(first, COUNT, &files, 1, 1), COUNT);
    assert_int_equal(edit_choose(second, COUNT, &files, 1, 1), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(is_same(&first[i], &second[i]));
    assert_int_equal(edit_choose(second, COUNT, &files, 1, 2), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_false(is_same(&first[i], &second[i]));
}

static void
settings_are_left_alone_and_no_file_is_edited_twice(void **state)
{
    (void)state;
    assert_int_equal(edit_choose(first, COUNT, &files, 3, 1), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_not_equal(first[i].entry.kind, CATALOG_SETTINGS);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(first[i].entry.path, first[k].entry.path);
    }
}

static void
added_files_are_new_and_all_others_are_there(void **state)
{
    size_t added = 0, removed = 0;

    (void)state;
    assert_int_equal(edit_choose(first, COUNT, &files, 5, 1), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(is_listed(first[i].entry.path) !=
                    (first[i].kind == EDIT_ADD));
        added += first[i].kind == EDIT_ADD;
        removed += first[i].kind == EDIT_REMOVE;
    }
    assert_int_equal(added, COUNT / 5);
    assert_int_equal(removed, COUNT / 5);
}

static void
every_edit_has_a_second_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(edit_choose(first, COUNT, &files, 5, 1), COUNT);
    assert_true(first[0].entry.mtime_ms / 1000 >=
                CATALOG_EPOCH_S + CATALOG_SPAN_S);
    for (size_t i = 1; i < COUNT; i++) {
        assert_true(first[i].entry.mtime_ms / 1000 >
                    first[i - 1].entry.mtime_ms / 1000);
    }
}

static void
a_patch_lies_within_its_file(void **state)
{
    (void)state;
    assert_int_equal(edit_choose(first, COUNT, &files, 8, 1), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(first[i].kind != EDIT_PATCH ||
                    first[i].at < first[i].entry.size);
    }
}

static void
more_edits_than_files_are_as_many_as_there_are_files(void **state)
{
    struct catalog few = {.entries = files.entries, .count = files.count};
    size_t editable = 0;

    (void)state;
    for (few.count = 0; editable < 10; few.count++)
        editable += few.entries[few.count].kind != CATALOG_SETTINGS;
    assert_int_equal(edit_choose(first, COUNT, &few, 1, 1), 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_can_be_repeated_and_the_next_differs),
        cmocka_unit_test(settings_are_left_alone_and_no_file_is_edited_twice),
        cmocka_unit_test(added_files_are_new_and_all_others_are_there),
        cmocka_unit_test(every_edit_has_a_second_of_its_own),
        cmocka_unit_test(a_patch_lies_within_its_file),
        cmocka_unit_test(more_edits_than_files_are_as_many_as_there_are_files),
    };

    return cmocka_run_group_tests(tests, make_catalog, clear_catalog);
}
