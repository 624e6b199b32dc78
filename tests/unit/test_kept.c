/* Tests of services/sync-engine/checkout/kept.c. */
#include "services/sync-engine/checkout/kept.h"

#include "services/runtime/log.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define T0 WORLD_T0

static struct world world;
static struct kept kept;
static int history_fd;

static int
setup(void **state)
{
    char path[PATH_MAX];

    (void)state;
    log_init("test", LOG_ERROR, false);
    world_make(&world);
    scratch_write(&world.scratch, "ws/history/old-sync/box/a.sy", "loser", T0);
    history_fd = open(scratch_path(&world.scratch, "ws/history", path),
                      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(history_fd >= 0);
    kept = (struct kept){0};
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    kept_clear(&kept);
    (void)close(history_fd);
    world_remove(&world);
    return 0;
}

static void
read_note(void)
{
    kept_clear(&kept);
    assert_int_equal(
        kept_read(&kept, world.workspace, world.state_fd, &world.problem), 0);
}

static void
add(const char *folder)
{
    read_note();
    assert_int_equal(kept_add(&kept, folder, &world.problem), 0);
    read_note();
}

/* The folder found for the version, byte by byte, or "". */
static const char *
find(const struct file_record *record)
{
    const struct assemble a = {
        .objects = repo_objects(world.repo), .record = record, .root = "ws"};
    const char *found =
        kept_find(&kept, history_fd, &a, repo_worker(world.repo));

    return found == NULL ? "" : found;
}

static void
a_copy_is_found_only_in_folders_that_are_noted(void **state)
{
    const struct file_record *loser =
        world_record(&world, "/box/a.sy", "lo|ser", T0);

    (void)state;
    read_note();
    assert_string_equal(find(loser), "");
    add("old-sync");
    assert_string_equal(find(loser), "old-sync");
    scratch_write(&world.scratch, "ws/history/new-sync/box/a.sy", "loser", T0);
    add("new-sync");
    assert_string_equal(find(loser), "new-sync");
    kept_end(world.state_fd);
    read_note();
    assert_string_equal(find(loser), "");
}

static void
another_version_is_no_copy(void **state)
{
    (void)state;
    add("old-sync");
    assert_string_equal(find(world_record(&world, "/box/a.sy", "LOSER", T0)),
                        "");
    assert_string_equal(find(world_record(&world, "/box/a.sy", "loser!", T0)),
                        "");
    assert_string_equal(
        find(world_record(&world, "/box/a.sy", "loser", T0 + 1)), "");
    assert_string_equal(find(world_record(&world, "/a.sy", "loser", T0)), "");
}

static void
a_copy_that_was_removed_or_replaced_is_none(void **state)
{
    const struct file_record *loser =
        world_record(&world, "/box/a.sy", "loser", T0);
    char path[PATH_MAX];

    (void)state;
    add("old-sync");
    (void)scratch_path(&world.scratch, "ws/history/old-sync/box/a.sy", path);
    assert_int_equal(unlink(path), 0);
    assert_string_equal(find(loser), "");
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_string_equal(find(loser), "");
}

static void
a_damaged_note_and_that_of_another_workspace_say_nothing(void **state)
{
    const struct file_record *loser =
        world_record(&world, "/box/a.sy", "loser", T0);
    char other[PATH_MAX];

    (void)state;
    add("old-sync");
    scratch_write(&world.scratch, "other/data/x", "", 0);
    kept_clear(&kept);
    assert_int_equal(kept_read(&kept,
                               scratch_path(&world.scratch, "other", other),
                               world.state_fd, &world.problem),
                     0);
    assert_string_equal(find(loser), "");
    scratch_write(&world.scratch, "state/" KEPT_FILE,
                  "syncbus-intent 1\nrubbish", 0);
    read_note();
    assert_string_equal(find(loser), "");
    add("old-sync");
    assert_string_equal(find(loser), "old-sync");
}

static void
the_oldest_folders_are_forgotten(void **state)
{
    const struct file_record *loser =
        world_record(&world, "/box/a.sy", "loser", T0);
    char name[32];

    (void)state;
    add("old-sync");
    for (int i = 1; i < KEPT_MAX; i++) {
        (void)snprintf(name, sizeof name, "f%d-sync", i);
        add(name);
    }
    assert_int_equal(kept.note.count, KEPT_MAX);
    assert_string_equal(find(loser), "old-sync");
    add("last-sync");
    assert_int_equal(kept.note.count, KEPT_MAX);
    assert_string_equal(find(loser), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_copy_is_found_only_in_folders_that_are_noted, setup, teardown),
        cmocka_unit_test_setup_teardown(another_version_is_no_copy, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_copy_that_was_removed_or_replaced_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_damaged_note_and_that_of_another_workspace_say_nothing, setup,
            teardown),
        cmocka_unit_test_setup_teardown(the_oldest_folders_are_forgotten, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
