#include "services/sync-engine/run/report.h"

#include "services/sync-engine/state/state_dir.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scratch folder;
static struct report report;
static int dir_fd;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&folder);
    dir_fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir_fd >= 0 ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    report_clear(&report);
    close(dir_fd);
    scratch_remove(&folder);
    return 0;
}

static void
add_change(enum report_kind kind, const char *path)
{
    assert_int_equal(
        report_add_change(
            &report,
            &(struct report_change){.kind = kind, .path = path, .size = 5}),
        0);
}

static void
add_conflict(const char *path, const char *kept)
{
    assert_int_equal(report_add_conflict(
                         &report, &(struct report_conflict){.path = path,
                                                            .kind = "kind",
                                                            .winner = "local",
                                                            .kept = kept}),
                     0);
}

static void
assert_file(const char *name, const char *expected)
{
    char *text;
    size_t len;

    assert_int_equal(state_dir_read(dir_fd, name, 4096, &text, &len), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void
every_row_is_a_line(void **state)
{
    char path[] = "/a \"b\".sy";

    (void)state;
    add_change(REPORT_ADDED, path);
    memset(path, 'x', 3); /* the report has its own copy */
    add_change(REPORT_CHANGED, "/c.sy");
    add_change(REPORT_REMOVED, "/d.sy");
    add_change(REPORT_SENT, "/e.sy");
    add_conflict("/c.sy", "history/x-sync/c.sy");
    assert_int_equal(report_save(&report, dir_fd, 7), 0);
    assert_file("changes/7.jsonl",
                "[\"+\",\"/a \\\"b\\\".sy\",5]\n[\"~\",\"/c.sy\",5]\n"
                "[\"-\",\"/d.sy\",5]\n[\">\",\"/e.sy\",5]\n"
                "{\"path\":\"/c.sy\",\"conflict\":\"kind\","
                "\"winner\":\"local\",\"kept\":\"history/x-sync/c.sy\"}\n");
}

static void
conflicts_stand_in_the_order_of_their_paths(void **state)
{
    static const char *const paths[] = {"/m", "/c", "/z", "/a", "/c", "/q"};
    static const char *const sorted[] = {"/a", "/c", "/m", "/q", "/z"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        add_conflict(paths[i], i == 4 ? "again" : "once");
    assert_int_equal(report.conflict_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(report.conflicts[i].path, sorted[i]);
        assert_string_equal(report.conflicts[i].kept,
                            i == 1 ? "again" : "once");
    }
}

static void
a_conflict_is_told_once_the_last_time(void **state)
{
    (void)state;
    add_conflict("/c.sy", "one");
    add_conflict("/d.sy", "");
    add_conflict("/c.sy", "two");
    assert_int_equal(report.conflict_count, 2);
    assert_string_equal(report.conflicts[0].kept, "two");
}

static void
a_run_that_did_nothing_leaves_no_file(void **state)
{
    (void)state;
    assert_int_equal(report_save(&report, dir_fd, 1), 0);
    assert_false(scratch_has(&folder, "changes"));
}

static void
what_another_run_of_that_number_did_is_forgotten(void **state)
{
    (void)state;
    add_change(REPORT_SENT, "/a");
    assert_int_equal(report_save(&report, dir_fd, 9), 0);
    report_clear(&report);
    assert_int_equal(report_save(&report, dir_fd, 9), 0);
    assert_int_equal(faccessat(dir_fd, REPORT_FOLDER "/9.jsonl", F_OK, 0), -1);
}

static void
old_runs_are_forgotten_and_strange_names_left(void **state)
{
    (void)state;
    add_change(REPORT_ADDED, "/a");
    assert_int_equal(report_save(&report, dir_fd, 1), 0);
    assert_int_equal(report_save(&report, dir_fd, 2), 0);
    scratch_write(&folder, "changes/1.txt", "x", 0);
    report_clear(&report);
    assert_int_equal(report_save(&report, dir_fd, REPORT_RUNS_MAX + 1), 0);
    assert_false(scratch_has(&folder, "changes/1.jsonl"));
    assert_true(scratch_has(&folder, "changes/2.jsonl"));
    assert_true(scratch_has(&folder, "changes/1.txt"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_row_is_a_line),
        TEST(conflicts_stand_in_the_order_of_their_paths),
        TEST(a_conflict_is_told_once_the_last_time),
        TEST(a_run_that_did_nothing_leaves_no_file),
        TEST(what_another_run_of_that_number_did_is_forgotten),
        TEST(old_runs_are_forgotten_and_strange_names_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
