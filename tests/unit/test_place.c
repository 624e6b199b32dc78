#include "services/sync-engine/config/place.h"

#include "services/sync-engine/config/workspace.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

static struct scratch folder;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&folder);
    scratch_write(&folder, "ws/data/x/y", "1", 0);
    scratch_write(&folder, "ws2/z", "1", 0);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    scratch_remove(&folder);
    return 0;
}

static int
compare(const char *a, const char *b)
{
    char first[PATH_MAX];
    char second[PATH_MAX];

    return place_compare(scratch_path(&folder, a, first),
                         scratch_path(&folder, b, second));
}

static void
folders_lie_as_they_lie(void **state)
{
    (void)state;
    assert_int_equal(compare("ws", "ws2"), PLACE_APART);
    assert_int_equal(compare("ws/data", "ws2"), PLACE_APART);
    assert_int_equal(compare("ws", "ws/."), PLACE_SAME);
    assert_int_equal(compare("ws/data/x", "ws"), PLACE_INSIDE);
    assert_int_equal(compare("ws", "ws/data/x"), PLACE_AROUND);
    assert_int_equal(compare("ws/../ws2", "."), PLACE_INSIDE);
    assert_int_equal(place_compare("/", "/tmp"), PLACE_AROUND);
    assert_int_equal(place_compare("/tmp", "/"), PLACE_INSIDE);
    assert_int_equal(place_compare("/", "/"), PLACE_SAME);
}

static void
links_deceive_nobody(void **state)
{
    char target[PATH_MAX];
    char link_path[PATH_MAX];

    (void)state;
    assert_int_equal(symlink(scratch_path(&folder, "ws/data", target),
                             scratch_path(&folder, "ws2/link", link_path)),
                     0);
    assert_int_equal(compare("ws2/link", "ws"), PLACE_INSIDE);
    assert_int_equal(compare("ws2/link/x", "ws"), PLACE_INSIDE);
    assert_int_equal(compare("ws2/link", "ws/data"), PLACE_SAME);
    assert_int_equal(compare("ws2/link", "ws2"), PLACE_APART);
}

static void
what_is_not_there_is_said(void **state)
{
    (void)state;
    assert_int_equal(compare("ws", "nowhere"), -ENOENT);
    assert_int_equal(compare("nowhere", "ws"), -ENOENT);
    assert_int_equal(compare("ws/data/x/y", "ws2"), -ENOTDIR);
}

static void
a_workspace_has_a_data_folder(void **state)
{
    char path[PATH_MAX];

    (void)state;
    assert_int_equal(workspace_check(scratch_path(&folder, "ws", path)), 0);
    assert_int_equal(workspace_check(scratch_path(&folder, "ws2", path)),
                     -ENOENT);
    assert_int_equal(workspace_check(scratch_path(&folder, "ws2/z", path)),
                     -ENOTDIR);
    scratch_write(&folder, "ws2/data", "a file", 0);
    assert_int_equal(workspace_check(scratch_path(&folder, "ws2", path)),
                     -ENOTDIR);
}

static void
a_held_lock_shows_and_a_left_over_one_does_not(void **state)
{
    char path[PATH_MAX];
    char lock[PATH_MAX];
    int fd;

    (void)state;
    scratch_path(&folder, "ws", path);
    assert_int_equal(workspace_is_busy(path), 0);
    scratch_write(&folder, "ws/.lock", "", 0);
    assert_int_equal(workspace_is_busy(path), 0);
    fd = open(scratch_path(&folder, "ws/.lock", lock), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(workspace_is_busy(path), WORKSPACE_BUSY);
    close(fd);
    assert_int_equal(workspace_is_busy(path), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_lie_as_they_lie),
        TEST(links_deceive_nobody),
        TEST(what_is_not_there_is_said),
        TEST(a_workspace_has_a_data_folder),
        TEST(a_held_lock_shows_and_a_left_over_one_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
