#include "services/sync-engine/repo/walk.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct scratch scratch;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static int
walk_with(struct walk_list *out, struct ignore *ignore, struct problem *p)
{
    struct walk_options opt = {.name = "data", .ignore = ignore};
    char path[PATH_MAX];
    int rc;

    opt.data_fd = open(scratch_path(&scratch, ".", path), O_RDONLY | O_CLOEXEC);
    assert_true(opt.data_fd >= 0);
    rc = walk_run(out, &opt, p);
    (void)close(opt.data_fd);
    return rc;
}

/* Walk and compare with a list of paths, each followed by a line feed. */
static void
assert_walk(struct ignore *ignore, const char *expected)
{
    struct walk_list list = {0};
    struct problem p = {0};
    char found[1024] = "";

    assert_int_equal(walk_with(&list, ignore, &p), 0);
    for (size_t i = 0; i < list.count; i++) {
        size_t len = strlen(found);

        (void)snprintf(found + len, sizeof found - len, "%s\n",
                       list.files[i].path);
    }
    assert_string_equal(found, expected);
    walk_clear(&list);
}

static void
paths_are_rooted_and_sorted_bytewise(void **state)
{
    (void)state;
    scratch_write(&scratch, "b/x.sy", "1", 0);
    scratch_write(&scratch, "b.sy", "22", 0);
    scratch_write(&scratch, "b-1.sy", "22", 0);
    scratch_write(&scratch, "a/z/1", "", 0);
    scratch_write(&scratch, "a/\xe5\x9b\xbe \xe7\x89\x87.png", "", 0);
    assert_walk(NULL, "/a/z/1\n/a/\xe5\x9b\xbe \xe7\x89\x87.png\n/b-1.sy\n"
                      "/b.sy\n/b/x.sy\n");
}

static void
fixed_rules_leave_files_and_folders_out(void **state)
{
    (void)state;
    scratch_write(&scratch, ".hidden", "", 0);
    scratch_write(&scratch, ".git/config", "", 0);
    scratch_write(&scratch, ".siyuan/sort.json", "", 0);
    scratch_write(&scratch, "box/.siyuan/conf.json", "", 0);
    scratch_write(&scratch, "box/filesys_status_check/x", "", 0);
    scratch_write(&scratch, "box/half.tmp", "", 0);
    scratch_write(&scratch, "storage/local.json", "", 0);
    scratch_write(&scratch, "storage/local.json.bak", "", 0);
    assert_walk(NULL, "/.siyuan/sort.json\n/box/.siyuan/conf.json\n"
                      "/storage/local.json.bak\n");
}

static void
patterns_leave_files_out(void **state)
{
    const char rules[] = "*.log\r\n!keep.log\n";
    struct ignore *ignore;

    (void)state;
    assert_int_equal(ignore_new(&ignore, rules, strlen(rules)), 0);
    scratch_write(&scratch, "a/b.log", "", 0);
    scratch_write(&scratch, "a/keep.log", "", 0);
    scratch_write(&scratch, ".siyuan/conf.json", "", 0);
    assert_walk(ignore, "/a/keep.log\n");
    ignore_free(ignore);
}

static void
links_and_pipes_are_no_files(void **state)
{
    char path[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "real/x", "", 0);
    assert_int_equal(symlink("real", scratch_path(&scratch, "link", path)), 0);
    assert_int_equal(symlink("real/x", scratch_path(&scratch, "file", path)),
                     0);
    assert_int_equal(mkfifo(scratch_path(&scratch, "pipe", path), 0600), 0);
    assert_walk(NULL, "/real/x\n");
}

static void
size_and_time_are_told(void **state)
{
    struct walk_list list = {0};
    struct problem p = {0};

    (void)state;
    scratch_write(&scratch, "x", "12345", 1700000000123);
    scratch_write(&scratch, "y", "1", 999);
    assert_int_equal(walk_with(&list, NULL, &p), 0);
    assert_int_equal(list.size, 6);
    assert_int_equal(walk_updated_ms(&list.files[0]), 1700000000123);
    assert_int_equal(walk_updated_ms(&list.files[1]), 999);
    walk_clear(&list);
}

static void
name_that_is_not_utf8_is_refused_and_named(void **state)
{
    struct walk_list list = {0};
    struct problem p = {0};

    (void)state;
    scratch_write(&scratch, "a", "", 0);
    scratch_write(&scratch, "box/bad\xff\nname.sy", "", 0);
    assert_true(walk_with(&list, NULL, &p) < 0);
    assert_int_equal(p.kind, PROBLEM_UNSAFE_PATH);
    assert_non_null(strstr(p.text, "data/box/bad\\xff\\x0aname.sy"));
    assert_int_equal(list.count, 0);
}

static int
walk_as_nobody(void *ctx)
{
    struct walk_list list = {0};
    struct problem p = {0};
    int rc = walk_with(&list, NULL, &p);

    (void)ctx;
    walk_clear(&list);
    return rc < 0 && p.kind == PROBLEM_UNREADABLE &&
                   strstr(p.text, "data/shut: ") != NULL
               ? 7
               : 1;
}

static void
unreadable_folder_ends_the_walk_and_is_named(void **state)
{
    char path[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "a", "", 0);
    scratch_write(&scratch, "shut/x", "", 0);
    assert_int_equal(chmod(scratch_path(&scratch, "shut", path), 0), 0);
    assert_int_equal(scratch_as_nobody(&scratch, walk_as_nobody, NULL), 7);
    assert_int_equal(chmod(path, 0755), 0);
}

static void
too_deep_a_tree_is_refused(void **state)
{
    struct walk_list list = {0};
    struct problem p = {0};
    char name[2 * WALK_DEPTH_MAX + 8];

    (void)state;
    for (size_t i = 0; i < 2 * (size_t)WALK_DEPTH_MAX; i++)
        name[i] = i % 2 == 0 ? 'd' : '/';
    name[2 * (size_t)WALK_DEPTH_MAX] = 'x';
    name[2 * (size_t)WALK_DEPTH_MAX + 1] = '\0';
    scratch_write(&scratch, name, "", 0);
    assert_true(walk_with(&list, NULL, &p) < 0);
    assert_int_equal(p.kind, PROBLEM_UNSAFE_PATH);
}

static void
set_flag_ends_the_walk(void **state)
{
    atomic_bool cancel = true;
    struct walk_options opt = {.name = "data", .cancel = &cancel};
    struct walk_list list = {0};
    struct problem p = {0};
    char path[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "x", "", 0);
    opt.data_fd = open(scratch_path(&scratch, ".", path), O_RDONLY | O_CLOEXEC);
    assert_true(walk_run(&list, &opt, &p) < 0);
    assert_int_equal(p.kind, PROBLEM_CANCELLED);
    (void)close(opt.data_fd);
}

static void
opening_crosses_no_link(void **state)
{
    char path[PATH_MAX];
    int dir;
    int fd;

    (void)state;
    scratch_write(&scratch, "real/x", "", 0);
    assert_int_equal(symlink("real", scratch_path(&scratch, "link", path)), 0);
    dir = open(scratch_path(&scratch, ".", path), O_RDONLY | O_CLOEXEC);
    fd = walk_open_file(dir, "/real/x");
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(walk_open_file(dir, "/link/x"), -ELOOP);
    assert_int_equal(walk_open_file(dir, "/none/x"), -ENOENT);
    (void)close(dir);
}

static void
another_file_of_the_same_size_and_time_is_not_the_same(void **state)
{
    struct walk_file f = {0};
    struct stat st;
    char path[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "x", "1", 1700000000000);
    scratch_write(&scratch, "y", "2", 1700000000000);
    assert_int_equal(stat(scratch_path(&scratch, "x", path), &st), 0);
    walk_set(&f, &st);
    assert_true(walk_is_same(&f, &st));
    assert_int_equal(stat(scratch_path(&scratch, "y", path), &st), 0);
    assert_false(walk_is_same(&f, &st));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_are_rooted_and_sorted_bytewise),
        TEST(fixed_rules_leave_files_and_folders_out),
        TEST(patterns_leave_files_out),
        TEST(links_and_pipes_are_no_files),
        TEST(size_and_time_are_told),
        TEST(name_that_is_not_utf8_is_refused_and_named),
        TEST(unreadable_folder_ends_the_walk_and_is_named),
        TEST(too_deep_a_tree_is_refused),
        TEST(set_flag_ends_the_walk),
        TEST(opening_crosses_no_link),
        TEST(another_file_of_the_same_size_and_time_is_not_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
