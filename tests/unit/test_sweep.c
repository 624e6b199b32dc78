/*
 * Tests of services/sync-engine/checkout/sweep.c: a checkout is killed at
 * every place that reports, then swept.
 */
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/checkout/sweep.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define T0      WORLD_T0
#define T1      (WORLD_T0 + 60000)
#define UPSERTS 6

typedef const struct file_record *record;

static struct world world;

static int
setup(void **state)
{
    (void)state;
    world_make(&world);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_remove(&world);
    return 0;
}

static int
sweep(void)
{
    world.problem = (struct problem){0};
    return sweep_run(world.workspace, world.state_fd, &world.problem);
}

/* Dies at the call number `left`, counted down. */
static void
die(void *ctx, const struct checkout_progress *now)
{
    int *left = ctx;

    (void)now;
    if ((*left)-- == 0)
        (void)raise(SIGKILL);
}

static void
die_keeping(void *ctx, const char *path)
{
    (void)path;
    die(ctx, NULL);
}

static const char *const PATHS[UPSERTS] = {
    "/.siyuan/conf", "/a.sy", "/box/b.sy", "/box/c.sy", "/new/d.sy", "/z",
};

static void
check_out_and_die(int at)
{
    record upserts[UPSERTS];
    record removes[1];
    struct checkout_options opt = world_options(&world);
    struct checkout_job job = {.seen = &world.seen,
                               .upserts = upserts,
                               .upsert_count = UPSERTS,
                               .removes = removes,
                               .remove_count = 1};
    struct checkout_result result;

    for (size_t i = 0; i < UPSERTS; i++)
        upserts[i] = world_record(&world, PATHS[i], "new|ver|sion", T1);
    removes[0] = world_record(&world, "/gone", "old", T0);
    opt.on_progress = die;
    opt.ctx = &at;
    _exit(checkout_run(&result, &job, &opt, &world.problem) == 0 ? 0 : 1);
}

/* Returns true when the child was killed. */
static bool
killed(void (*fn)(int), int at)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        fn(at);
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return false;
    }
    assert_true(WIFSIGNALED(status));
    return true;
}

static void
assert_whole_files(void)
{
    for (size_t i = 0; i < UPSERTS; i++) {
        char name[64];

        (void)snprintf(name, sizeof name, "ws/data%s", PATHS[i]);
        if (scratch_has(&world.scratch, name) &&
            !world_has(&world, PATHS[i], "old"))
            assert_true(world_has(&world, PATHS[i], "newversion"));
    }
}

static void
begin_again(void)
{
    char name[64];
    char path[PATH_MAX];

    for (size_t i = 0; i < UPSERTS; i++) {
        (void)snprintf(name, sizeof name, "ws/data%s", PATHS[i]);
        (void)unlink(scratch_path(&world.scratch, name, path));
    }
    scratch_write(&world.scratch, "ws/data/a.sy", "old", T0);
    scratch_write(&world.scratch, "ws/data/gone", "old", T0);
}

static void
a_killed_checkout_leaves_whole_files_and_nothing_else(void **state)
{
    size_t left_something = 0;
    int at = 0;

    (void)state;
    scratch_write(&world.scratch, "ws/data/a.sy1234567.tmp", "mine", T0);
    scratch_write(&world.scratch, "ws/data/box/b.sy.tmp", "mine", T0);
    (void)world_file(&world, "/a.sy", "old", T0);
    begin_again();
    for (; killed(check_out_and_die, at); at++) {
        left_something += scratch_count(&world.scratch, "ws/data", ".tmp") > 2;
        assert_int_equal(sweep(), 0);
        assert_int_equal(scratch_count(&world.scratch, "ws/data", ".tmp"), 2);
        assert_true(world_has(&world, "/a.sy1234567.tmp", "mine"));
        assert_true(world_has(&world, "/box/b.sy.tmp", "mine"));
        assert_false(scratch_has(&world.scratch, "state/" INTENT_CHECKOUT));
        assert_whole_files();
        begin_again();
    }
    assert_true(at > 25);
    assert_true(left_something > 15);
    for (size_t i = 0; i < UPSERTS; i++)
        assert_true(world_has(&world, PATHS[i], "newversion"));
    assert_false(scratch_has(&world.scratch, "ws/data/gone"));
}

static void
keep_and_die(int at)
{
    record files[3] = {world_record(&world, "/a.sy", "one", T0),
                       world_record(&world, "/box/b.sy", "two", T0),
                       world_record(&world, "/c.sy", "three", T0)};
    struct keep_options opt = world_keep_options(&world);
    char folder[KEEP_FOLDER_MAX];

    opt.on_progress = die_keeping;
    opt.ctx = &at;
    _exit(keep_run(folder, files, 3, &opt, &world.problem) == 0 ? 0 : 1);
}

static void
killed_history_copies_leave_no_folder(void **state)
{
    int at = 0;

    (void)state;
    scratch_write(&world.scratch, "ws/history/mine.tmp/x", "mine", T0);
    for (; killed(keep_and_die, at); at++) {
        assert_int_equal(scratch_count(&world.scratch, "ws/history", ".tmp"),
                         2);
        assert_int_equal(sweep(), 0);
        assert_int_equal(scratch_count(&world.scratch, "ws/history", ".tmp"),
                         1);
        assert_int_equal(scratch_count(&world.scratch, "ws/history", "-sync"),
                         0);
    }
    assert_int_equal(at, 3);
    assert_int_equal(scratch_count(&world.scratch, "ws/history", "-sync"), 1);
    assert_true(scratch_has(&world.scratch, "ws/history/mine.tmp/x"));
}

/* An intent with one path, and what it would sweep. */
static void
declare(const char *path, const char *workspace, char temp[PATH_MAX])
{
    const char *paths[] = {path};
    const struct intent in = {
        .seed = 5, .paths = paths, .count = 1, .workspace = workspace};
    char name[INTENT_NAME_MAX];

    assert_int_equal(
        intent_write(world.state_fd, INTENT_CHECKOUT, &in, &world.problem), 0);
    (void)intent_temp_name(name, strrchr(path, '/') + 1, 5, 0);
    (void)snprintf(temp, PATH_MAX, "ws/data%.*s/%s",
                   (int)(strrchr(path, '/') - path), path, name);
}

static void
a_link_on_the_way_is_not_followed(void **state)
{
    char temp[PATH_MAX];
    char from[PATH_MAX];
    char to[PATH_MAX];
    char outside[PATH_MAX];

    (void)state;
    declare("/box/a", world.workspace, temp);
    (void)snprintf(outside, sizeof outside, "outside/%s",
                   strrchr(temp, '/') + 1);
    scratch_write(&world.scratch, outside, "theirs", T0);
    assert_int_equal(symlink(scratch_path(&world.scratch, "outside", to),
                             scratch_path(&world.scratch, "ws/data/box", from)),
                     0);
    assert_int_equal(sweep(), 0);
    assert_true(scratch_has(&world.scratch, outside));
}

static void
only_a_regular_file_is_removed(void **state)
{
    char temp[PATH_MAX];
    char path[PATH_MAX];

    (void)state;
    declare("/box/a", world.workspace, temp);
    scratch_write(&world.scratch, "ws/data/box/a", "mine", T0);
    assert_int_equal(mkdir(scratch_path(&world.scratch, temp, path), 0755), 0);
    assert_int_equal(sweep(), 0);
    assert_true(scratch_has(&world.scratch, temp));
    assert_true(scratch_has(&world.scratch, "ws/data/box/a"));
}

static void
another_workspace_is_left_alone(void **state)
{
    char temp[PATH_MAX];

    (void)state;
    declare("/a", world.scratch.path, temp);
    scratch_write(&world.scratch, temp, "theirs", T0);
    assert_int_equal(sweep(), 0);
    assert_true(scratch_has(&world.scratch, temp));
    assert_false(scratch_has(&world.scratch, "state/" INTENT_CHECKOUT));
}

static void
another_spelling_of_the_workspace_is_the_same(void **state)
{
    char temp[PATH_MAX];
    char dotted[PATH_MAX + 8];

    (void)state;
    (void)snprintf(dotted, sizeof dotted, "%s/../ws/", world.workspace);
    declare("/a", dotted, temp);
    scratch_write(&world.scratch, temp, "ours", T0);
    assert_int_equal(sweep(), 0);
    assert_false(scratch_has(&world.scratch, temp));
}

static void
a_damaged_intent_removes_nothing(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "ws/data/a0000005.tmp", "mine", T0);
    scratch_write(&world.scratch, "state/" INTENT_CHECKOUT,
                  "syncbus-intent 1\n/ws", 0);
    assert_int_equal(sweep(), 0);
    assert_true(scratch_has(&world.scratch, "ws/data/a0000005.tmp"));
    assert_false(scratch_has(&world.scratch, "state/" INTENT_CHECKOUT));
    assert_int_equal(sweep(), 0);
}

static void
an_intent_being_written_is_removed(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "state/checkoutabcdefg.tmp", "x", 0);
    scratch_write(&world.scratch, "state/journalabcdefg.tmp", "x", 0);
    scratch_write(&world.scratch, "state/checkout-of-books.tmp", "x", 0);
    assert_int_equal(sweep(), 0);
    assert_false(scratch_has(&world.scratch, "state/checkoutabcdefg.tmp"));
    assert_true(scratch_has(&world.scratch, "state/journalabcdefg.tmp"));
    assert_true(scratch_has(&world.scratch, "state/checkout-of-books.tmp"));
}

static void
a_note_of_what_is_kept_stays_but_not_half_of_one(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "state/kept", "whatever", 0);
    scratch_write(&world.scratch, "state/keptabc1234.tmp", "half", 0);
    assert_int_equal(sweep(), 0);
    assert_true(scratch_has(&world.scratch, "state/kept"));
    assert_false(scratch_has(&world.scratch, "state/keptabc1234.tmp"));
}

static void
a_workspace_that_is_away_keeps_the_intent(void **state)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    char temp[PATH_MAX];

    (void)state;
    declare("/a", world.workspace, temp);
    scratch_write(&world.scratch, temp, "ours", T0);
    assert_int_equal(rename(scratch_path(&world.scratch, "ws/data", from),
                            scratch_path(&world.scratch, "ws/away", to)),
                     0);
    assert_true(sweep() < 0);
    assert_int_equal(world.problem.kind, PROBLEM_NO_WORKSPACE);
    assert_int_equal(rename(to, from), 0);
    assert_int_equal(sweep(), 0);
    assert_false(scratch_has(&world.scratch, temp));
}

static void
the_next_checkout_sweeps_too(void **state)
{
    const struct checkout_options opt = world_options(&world);
    const struct checkout_job job = {0};
    struct checkout_result result;
    char temp[PATH_MAX];

    (void)state;
    declare("/a", world.workspace, temp);
    scratch_write(&world.scratch, temp, "ours", T0);
    assert_int_equal(checkout_run(&result, &job, &opt, &world.problem), 0);
    assert_true(world_is_clean(&world));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_killed_checkout_leaves_whole_files_and_nothing_else),
        TEST(killed_history_copies_leave_no_folder),
        TEST(a_link_on_the_way_is_not_followed),
        TEST(only_a_regular_file_is_removed),
        TEST(another_workspace_is_left_alone),
        TEST(another_spelling_of_the_workspace_is_the_same),
        TEST(a_damaged_intent_removes_nothing),
        TEST(an_intent_being_written_is_removed),
        TEST(a_note_of_what_is_kept_stays_but_not_half_of_one),
        TEST(a_workspace_that_is_away_keeps_the_intent),
        TEST(the_next_checkout_sweeps_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
