#include "services/sync-engine/state/switched.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct scratch folder;
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
    close(dir_fd);
    scratch_remove(&folder);
    return 0;
}

static void
assert_on(bool expected)
{
    bool on = !expected;

    assert_int_equal(switched_load(&on, dir_fd), 0);
    assert_int_equal(on, expected);
}

static void
a_new_engine_is_on(void **state)
{
    (void)state;
    assert_on(true);
}

static void
what_was_said_last_is_remembered(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(switched_save(false, dir_fd), 0);
        assert_int_equal(switched_save(false, dir_fd), 0);
        assert_on(false);
        assert_int_equal(switched_save(true, dir_fd), 0);
        assert_int_equal(switched_save(true, dir_fd), 0);
        assert_on(true);
    }
    assert_int_equal(scratch_count(&folder, "", ""), 0);
}

static void
whatever_lies_there_means_off(void **state)
{
    (void)state;
    scratch_write(&folder, "disabled", "", 0);
    assert_on(false);
}

static void
who_cannot_look_does_not_run(void **state)
{
    bool on = true;

    (void)state;
    assert_int_equal(switched_load(&on, -1), -EBADF);
    assert_false(on);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_engine_is_on, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_said_last_is_remembered, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(whatever_lies_there_means_off, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(who_cannot_look_does_not_run, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
