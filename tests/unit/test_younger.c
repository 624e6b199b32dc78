/* Tests of services/sync-engine/checkout/younger.c. */
#include "services/sync-engine/checkout/younger.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define AT 1700000000123 /* ms: what the snapshot saw */

static struct scratch scratch;
static int data_fd;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    data_fd = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(data_fd >= 0);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    (void)close(data_fd);
    scratch_remove(&scratch);
    return 0;
}

static int
make_younger(const char *path, int64_t updated)
{
    const struct file_record seen = {.path = path, .updated = updated};
    struct problem p = {0};

    return younger_make(data_fd, scratch.path, &seen, &p);
}

static void
a_file_as_it_was_seen_is_a_second_younger(void **state)
{
    (void)state;
    scratch_write(&scratch, "box/a.sy", "a", AT);
    assert_int_equal(make_younger("/box/a.sy", AT), 0);
    assert_int_equal(scratch_mtime_ms(&scratch, "box/a.sy"), AT + 1000);
}

/* A record's ms may be those of a stored one: its second is what counts. */
static void
another_ms_of_the_second_is_that_second(void **state)
{
    (void)state;
    scratch_write(&scratch, "a.sy", "a", AT + 500);
    assert_int_equal(make_younger("/a.sy", AT), 0);
    assert_int_equal(scratch_mtime_ms(&scratch, "a.sy"), AT + 1500);
}

static void
a_file_edited_since_is_left_alone(void **state)
{
    (void)state;
    scratch_write(&scratch, "a.sy", "a", AT + 1000);
    assert_int_equal(make_younger("/a.sy", AT), 0);
    assert_int_equal(scratch_mtime_ms(&scratch, "a.sy"), AT + 1000);
}

static void
what_is_gone_or_a_link_is_no_failure(void **state)
{
    char link[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "a.sy", "a", AT);
    assert_int_equal(symlink("a.sy", scratch_path(&scratch, "link.sy", link)),
                     0);
    assert_int_equal(make_younger("/none.sy", AT), 0);
    assert_int_equal(make_younger("/link.sy", AT), 0);
    assert_int_equal(scratch_mtime_ms(&scratch, "a.sy"), AT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_as_it_was_seen_is_a_second_younger),
        TEST(another_ms_of_the_second_is_that_second),
        TEST(a_file_edited_since_is_left_alone),
        TEST(what_is_gone_or_a_link_is_no_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
