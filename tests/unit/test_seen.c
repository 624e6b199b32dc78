/* Tests of services/sync-engine/checkout/seen.c, over assemble.c. */
#include "services/runtime/clock.h"
#include "services/sync-engine/checkout/assemble.h"
#include "services/sync-engine/checkout/seen.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T0  WORLD_T0
#define DOC "ws/data/doc"

typedef const struct file_record *record;

static struct world world;
static int data_fd;
static int64_t seen_at_ms;

static int
setup(void **state)
{
    char path[PATH_MAX];

    (void)state;
    world_make(&world);
    seen_at_ms = 0;
    data_fd = open(scratch_path(&world.scratch, "ws/data", path),
                   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    (void)close(data_fd);
    world_remove(&world);
    return 0;
}

static int
check(record was, record want)
{
    const struct seen s = {
        .objects = repo_objects(world.repo),
        .root = "data",
        .dir_fd = data_fd,
        .name = "doc",
        .was = was,
        .want = want,
        .seen_at_ms = seen_at_ms,
    };

    return seen_check(&s, repo_worker(world.repo), &world.problem);
}

static record
doc(const char *content, int64_t updated)
{
    return world_record(&world, "/doc", content, updated);
}

static void
put(const char *content, int64_t updated)
{
    struct timespec times[2];

    scratch_write(&world.scratch, DOC, content, 0);
    assemble_times(times, updated);
    assert_int_equal(utimensat(data_fd, "doc", times, 0), 0);
}

static void
same_size_and_time_is_the_same_file(void **state)
{
    record was = doc("old", T0);

    (void)state;
    put("old", T0);
    assert_int_equal(check(was, doc("new", T0 + 9000)), 0);
    assert_int_equal(check(was, NULL), 0);
}

static void
another_size_or_second_is_a_change(void **state)
{
    record want = doc("newer", T0 + 9000);

    (void)state;
    put("older", T0);
    assert_int_equal(check(doc("old", T0), want), SEEN_CHANGED);
    assert_int_equal(check(doc("older", T0 + 1000), want), SEEN_CHANGED);
    assert_int_equal(check(doc("older", T0 - 1000), NULL), SEEN_CHANGED);
}

static void
within_a_second_content_decides(void **state)
{
    (void)state;
    put("a|b", T0 + 2);
    assert_int_equal(check(doc("xyz", T0), NULL), SEEN_CHANGED);
    put("abc", T0 + 2);
    assert_int_equal(check(doc("a|bc", T0), NULL), 0);
    put("abx", T0 + 2);
    assert_int_equal(check(doc("a|bc", T0), NULL), SEEN_CHANGED);
}

static void
before_1970_a_second_is_a_second(void **state)
{
    (void)state;
    put("old", -1500);
    assert_int_equal(check(doc("old", -1500), NULL), 0);
}

static void
nothing_is_as_seen_or_gone(void **state)
{
    (void)state;
    assert_int_equal(check(NULL, doc("new", T0)), 0);
    assert_int_equal(check(doc("old", T0), doc("new", T0)), SEEN_GONE);
    assert_int_equal(check(doc("old", T0), NULL), SEEN_GONE);
}

static void
what_is_wanted_may_be_there_already(void **state)
{
    (void)state;
    put("new", T0 + 5000);
    assert_int_equal(check(NULL, doc("n|ew", T0)), SEEN_WANTED);
    assert_int_equal(check(doc("old", T0), doc("new", T0)), SEEN_WANTED);
    assert_int_equal(check(NULL, doc("NEW", T0)), SEEN_CHANGED);
}

static void
only_what_is_older_than_the_snapshot_was_left_out(void **state)
{
    (void)state;
    put("mine", T0);
    seen_at_ms = (int64_t)clock_wall_ms() + 60000;
    assert_int_equal(check(NULL, doc("theirs", T0)), SEEN_LEFT_OUT);
    assert_int_equal(check(doc("old", T0), doc("theirs", T0)), SEEN_CHANGED);
    seen_at_ms = (int64_t)clock_wall_ms() - 60000;
    assert_int_equal(check(NULL, doc("theirs", T0)), SEEN_CHANGED);
}

static void
folders_and_links_are_told_apart(void **state)
{
    char path[PATH_MAX];

    (void)state;
    (void)scratch_path(&world.scratch, DOC, path);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(check(NULL, doc("new", T0)), SEEN_FOLDER);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(check(NULL, doc("new", T0)), SEEN_SPECIAL);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(check(doc("old", T0), NULL), SEEN_SPECIAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(same_size_and_time_is_the_same_file),
        TEST(another_size_or_second_is_a_change),
        TEST(within_a_second_content_decides),
        TEST(before_1970_a_second_is_a_second),
        TEST(nothing_is_as_seen_or_gone),
        TEST(what_is_wanted_may_be_there_already),
        TEST(only_what_is_older_than_the_snapshot_was_left_out),
        TEST(folders_and_links_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
