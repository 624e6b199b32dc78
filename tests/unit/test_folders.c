/* Tests of services/sync-engine/checkout/folders.c and tree.c. */
#include "services/sync-engine/checkout/folders.h"
#include "services/sync-engine/checkout/tree.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct scratch scratch;
static struct folders folders;
static struct folders_made made;
static struct problem problem;
static int root;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    root = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(folders_made_init(&made, &problem), 0);
    folders_init(&folders, root, scratch.path, &made);
    problem = (struct problem){0};
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    folders_leave(&folders);
    folders_made_clear(&made);
    (void)close(root);
    scratch_remove(&scratch);
    return 0;
}

static void
assert_here(const char *name)
{
    char path[PATH_MAX];
    struct stat here;
    struct stat there;

    assert_int_equal(fstat(folders.fd, &here), 0);
    assert_int_equal(stat(scratch_path(&scratch, name, path), &there), 0);
    assert_int_equal(here.st_ino, there.st_ino);
}

static void
missing_folders_are_made_and_entered(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(folders_enter(&folders, "/a/b/file", &problem), 0);
    assert_here("a/b");
    fd = folders.fd;
    assert_int_equal(folders_enter(&folders, "/a/b/other", &problem), 0);
    assert_int_equal(folders.fd, fd);
    assert_int_equal(folders_enter(&folders, "/a/file", &problem), 0);
    assert_here("a");
    assert_int_equal(folders_enter(&folders, "/file", &problem), 0);
    assert_here(".");
    assert_int_equal(made.count, 2);
    assert_string_equal(folders_name("/a/b/file"), "file");
    assert_string_equal(folders_name("/file"), "file");
}

static void
a_name_that_begins_alike_is_another_folder(void **state)
{
    (void)state;
    assert_int_equal(folders_enter(&folders, "/aa/x", &problem), 0);
    assert_int_equal(folders_enter(&folders, "/ab/x", &problem), 0);
    assert_here("ab");
    assert_int_equal(folders_enter(&folders, "/a/x", &problem), 0);
    assert_here("a");
}

static void
without_a_list_no_folder_is_made(void **state)
{
    (void)state;
    scratch_write(&scratch, "file", "x", 0);
    folders_init(&folders, root, scratch.path, NULL);
    assert_int_equal(folders_enter(&folders, "/a/b/x", &problem),
                     FOLDERS_ABSENT);
    assert_int_equal(folders_enter(&folders, "/file/x", &problem),
                     FOLDERS_ABSENT);
    assert_int_equal(folders.fd, -1);
    assert_false(scratch_has(&scratch, "a"));
}

static void
a_link_is_named_at_every_level(void **state)
{
    static const char *const PATHS[] = {"/l/x", "/l/a/x", "/a/l/x", "/a/l/b/x"};
    char from[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "a/b/x", "x", 0);
    assert_int_equal(symlink("a", scratch_path(&scratch, "l", from)), 0);
    assert_int_equal(symlink(".", scratch_path(&scratch, "a/l", from)), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_true(folders_enter(&folders, PATHS[i], &problem) < 0);
        assert_int_equal(problem.kind, PROBLEM_UNSAFE_PATH);
        assert_non_null(strstr(problem.text, "/l is a symbolic link"));
        assert_int_equal(folders.fd, -1);
    }
}

static void
undoing_takes_back_what_is_empty_and_was_made(void **state)
{
    char path[PATH_MAX];

    (void)state;
    assert_int_equal(mkdir(scratch_path(&scratch, "theirs", path), 0755), 0);
    assert_int_equal(folders_enter(&folders, "/a/b/c/x", &problem), 0);
    assert_int_equal(folders_enter(&folders, "/d/e/x", &problem), 0);
    assert_int_equal(folders_enter(&folders, "/theirs/x", &problem), 0);
    scratch_write(&scratch, "d/file", "x", 0);
    folders_made_undo(&made, root, scratch.path);
    assert_false(scratch_has(&scratch, "a"));
    assert_false(scratch_has(&scratch, "d/e"));
    assert_true(scratch_has(&scratch, "d/file"));
    assert_true(scratch_has(&scratch, "theirs"));
}

static void
a_new_name_replaces_nothing(void **state)
{
    (void)state;
    scratch_write(&scratch, "temp", "new", 0);
    scratch_write(&scratch, "file", "old", 0);
    assert_int_equal(folders_rename_new(root, "temp", "file"), -EEXIST);
    assert_int_equal(folders_rename_new(root, "temp", "other"), 0);
    assert_false(scratch_has(&scratch, "temp"));
    assert_true(scratch_has(&scratch, "other"));
}

static void
a_tree_is_removed_but_not_what_its_links_name(void **state)
{
    char from[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "t/a/b/file", "x", 0);
    scratch_write(&scratch, "out/file", "x", 0);
    assert_int_equal(
        symlink("../../out", scratch_path(&scratch, "t/a/l", from)), 0);
    assert_int_equal(tree_remove(root, "t"), 0);
    assert_false(scratch_has(&scratch, "t"));
    assert_true(scratch_has(&scratch, "out/file"));
    assert_int_equal(tree_remove(root, "t"), 0);
}

static void
only_folders_are_pruned(void **state)
{
    char path[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "t/a/b/file", "x", 0);
    assert_int_equal(tree_prune(root, "t"), -ENOTEMPTY);
    assert_true(scratch_has(&scratch, "t/a/b/file"));
    assert_int_equal(unlink(scratch_path(&scratch, "t/a/b/file", path)), 0);
    assert_int_equal(tree_prune(root, "t"), 0);
    assert_false(scratch_has(&scratch, "t"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(missing_folders_are_made_and_entered),
        TEST(a_name_that_begins_alike_is_another_folder),
        TEST(without_a_list_no_folder_is_made),
        TEST(a_link_is_named_at_every_level),
        TEST(undoing_takes_back_what_is_empty_and_was_made),
        TEST(a_new_name_replaces_nothing),
        TEST(a_tree_is_removed_but_not_what_its_links_name),
        TEST(only_folders_are_pruned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
