/* Tests of services/sync-engine/checkout/keep.c. */
#include "services/sync-engine/checkout/keep.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define T0 WORLD_T0

typedef const struct file_record *record;

static struct world world;
static char folder[KEEP_FOLDER_MAX];

static int
setup(void **state)
{
    (void)state;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread. */
    (void)setenv("TZ", "Asia/Shanghai", 1);
    tzset();
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
keep(const record *files)
{
    const struct keep_options opt = world_keep_options(&world);
    size_t count = 0;

    while (files[count] != NULL)
        count++;
    world.problem = (struct problem){0};
    return keep_run(folder, files, count, &opt, &world.problem);
}

static void
assert_fails(int rc, enum problem_kind kind, const char *text)
{
    assert_true(rc < 0);
    assert_int_equal(world.problem.kind, kind);
    if (strstr(world.problem.text, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, world.problem.text);
    assert_string_equal(folder, "");
    assert_int_equal(scratch_count(&world.scratch, "ws/history", "-sync"), 0);
    assert_true(world_is_clean(&world));
}

static void
copies_lie_in_a_folder_of_the_local_time(void **state)
{
    const record files[] = {world_record(&world, "/box/a.sy", "lo|ser", T0),
                            world_record(&world, "/b", "", T0 + 1), NULL};
    struct stat st;
    char path[PATH_MAX];

    (void)state;
    assert_int_equal(keep(files), 0);
    /* 2023-11-14 22:15:00 UTC */
    assert_string_equal(folder, "history/2023-11-15-061500-sync");
    assert_true(world_has(&world, "/../history/2023-11-15-061500-sync/box/a.sy",
                          "loser"));
    assert_true(world_has(&world, "/../history/2023-11-15-061500-sync/b", ""));
    (void)scratch_path(&world.scratch,
                       "ws/history/2023-11-15-061500-sync/box/a.sy", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_mtim.tv_sec, T0 / 1000);
    assert_int_equal(st.st_mtim.tv_nsec, T0 % 1000 * 1000000);
    assert_true(world_is_clean(&world));
}

static void
nothing_to_keep_makes_no_folder(void **state)
{
    (void)state;
    assert_int_equal(keep((const record[]){NULL}), 0);
    assert_string_equal(folder, "");
    assert_false(scratch_has(&world.scratch, "ws/history"));
}

static void
a_taken_second_is_left_alone(void **state)
{
    const record files[] = {world_record(&world, "/a.sy", "second", T0), NULL};

    (void)state;
    scratch_write(&world.scratch, "ws/history/2023-11-15-061500-sync/a.sy",
                  "first", 0);
    assert_int_equal(keep(files), 0);
    assert_string_equal(folder, "history/2023-11-15-061501-sync");
    assert_true(
        world_has(&world, "/../history/2023-11-15-061500-sync/a.sy", "first"));
    assert_true(
        world_has(&world, "/../history/2023-11-15-061501-sync/a.sy", "second"));
}

static void
a_bad_object_leaves_no_folder(void **state)
{
    struct file_record bad = *world_record(&world, "/b", "bad", T0);
    struct oid unknown = {{1}};
    record good = world_record(&world, "/a/good", "good", T0);

    (void)state;
    bad.chunks = &unknown;
    assert_fails(keep((const record[]){good, &bad, NULL}), PROBLEM_DAMAGED,
                 "is missing");
    bad = *world_record(&world, "/b", "bad", T0);
    bad.size = 4;
    assert_fails(keep((const record[]){good, &bad, NULL}), PROBLEM_DAMAGED,
                 "not the 4 bytes");
}

static void
what_an_attempt_has_kept_is_not_kept_again(void **state)
{
    const record first = world_record(&world, "/a.sy", "first", T0);
    const record second = world_record(&world, "/b.sy", "second", T0);
    const struct keep_options opt = world_keep_options(&world);
    char place[KEEP_FOLDER_MAX];

    (void)state;
    assert_int_equal(keep((const record[]){first, NULL}), 0);
    assert_string_equal(folder, "history/2023-11-15-061500-sync");
    assert_int_equal(keep((const record[]){first, NULL}), 0);
    assert_string_equal(folder, "");
    assert_int_equal(keep((const record[]){first, second, NULL}), 0);
    assert_string_equal(folder, "history/2023-11-15-061501-sync");
    assert_int_equal(scratch_count(&world.scratch, "ws/history", ".sy"), 2);
    keep_find(place, first, &opt);
    assert_string_equal(place, "history/2023-11-15-061500-sync");
    keep_find(place, second, &opt);
    assert_string_equal(place, "history/2023-11-15-061501-sync");
}

static void
a_loser_of_the_next_sync_is_kept_anew(void **state)
{
    const record files[] = {world_record(&world, "/a.sy", "first", T0), NULL};

    (void)state;
    assert_int_equal(keep(files), 0);
    keep_end(world.state_fd);
    assert_int_equal(keep(files), 0);
    assert_string_equal(folder, "history/2023-11-15-061501-sync");
}

static int
keep_as_nobody(void *ctx)
{
    const record files[] = {world_record(&world, "/a.sy", "x", T0), NULL};
    char path[PATH_MAX];

    (void)ctx;
    (void)mkdir(scratch_path(&world.scratch, "ws/history", path), 0555);
    if (keep(files) >= 0 || world.problem.kind != PROBLEM_PERMISSION)
        return 1;
    return world_is_clean(&world) ? 0 : 2;
}

static void
a_read_only_history_is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(scratch_as_nobody(&world.scratch, keep_as_nobody, NULL),
                     0);
}

static int
keep_on_full_disk(void *ctx)
{
    static char content[2001];
    record files[201] = {0};
    char path[] = "/f00";

    (void)ctx;
    memset(content, 'x', sizeof content - 1);
    for (size_t i = 0; i < 200; i++) {
        path[2] = (char)('a' + i / 26);
        path[3] = (char)('a' + i % 26);
        files[i] = world_record(&world, path, content, T0);
    }
    if (keep(files) >= 0 || world.problem.kind != PROBLEM_DISK_FULL)
        return 1;
    return world_is_clean(&world) ? 0 : 2;
}

static void
a_full_disk_leaves_no_folder(void **state)
{
    int rc = scratch_with_small_disk(&world.scratch, "ws/history",
                                     keep_on_full_disk, NULL);

    (void)state;
    if (rc == -1)
        skip();
    assert_int_equal(rc, 0);
}

static void
cancelled_copies_leave_no_folder(void **state)
{
    const record file = world_record(&world, "/a.sy", "x", T0);
    struct keep_options opt = world_keep_options(&world);
    atomic_bool cancel = true;

    (void)state;
    opt.cancel = &cancel;
    assert_fails(keep_run(folder, &file, 1, &opt, &world.problem),
                 PROBLEM_CANCELLED, "cancelled");
}

static int
link_file(const char *name, const char *path)
{
    char data[PATH_MAX];
    struct keep_found found = {
        .workspace = world.workspace,
        .started_ms = WORLD_START,
        .name = name,
        .path = path,
    };
    int rc;

    found.dir_fd = open(scratch_path(&world.scratch, "ws/data", data),
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = keep_link(&found, &world.problem);
    (void)close(found.dir_fd);
    return rc;
}

static void
a_found_file_is_kept_beside_earlier_ones(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "ws/data/a", "one", T0);
    scratch_write(&world.scratch, "ws/data/b", "two", T0);
    assert_int_equal(link_file("a", "/box/doc"), 0);
    assert_int_equal(link_file("b", "/box/doc"), 0);
    assert_true(
        world_has(&world, "/../history/2023-11-15-061500-sync/box/doc", "one"));
    assert_true(
        world_has(&world, "/../history/2023-11-15-061501-sync/box/doc", "two"));
    assert_true(world_has(&world, "/a", "one"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(copies_lie_in_a_folder_of_the_local_time),
        TEST(nothing_to_keep_makes_no_folder),
        TEST(a_taken_second_is_left_alone),
        TEST(what_an_attempt_has_kept_is_not_kept_again),
        TEST(a_loser_of_the_next_sync_is_kept_anew),
        TEST(a_bad_object_leaves_no_folder),
        TEST(a_read_only_history_is_a_failure),
        TEST(a_full_disk_leaves_no_folder),
        TEST(cancelled_copies_leave_no_folder),
        TEST(a_found_file_is_kept_beside_earlier_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
