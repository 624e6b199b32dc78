/* inotify has an event queued when the call that caused it returns: no test
   here waits. */
#include "services/sync-engine/watch.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct scratch folder;
static struct watch *watch;

static int
setup(void **state)
{
    char data[PATH_MAX];

    (void)state;
    scratch_make(&folder);
    scratch_write(&folder, "data/box/a.sy", "1", 0);
    scratch_write(&folder, "data/box/deep/er/b.sy", "1", 0);
    scratch_write(&folder, "elsewhere/c.sy", "1", 0);
    return watch_open(&watch, scratch_path(&folder, "data", data));
}

static int
teardown(void **state)
{
    (void)state;
    watch_close(watch);
    watch = NULL;
    scratch_remove(&folder);
    return 0;
}

static void
move(const char *from, const char *to)
{
    char old[PATH_MAX];
    char new[PATH_MAX];

    assert_int_equal(rename(scratch_path(&folder, from, old),
                            scratch_path(&folder, to, new)),
                     0);
}

static void
drop(const char *name)
{
    char path[PATH_MAX];

    assert_int_equal(remove(scratch_path(&folder, name, path)), 0);
}

static int
drain(void)
{
    return watch_drain(watch, NULL, NULL);
}

/* Writing this file is noticed. */
static void
assert_watched(const char *name)
{
    assert_int_equal(drain(), 0);
    scratch_write(&folder, name, "22", 0);
    assert_int_equal(drain(), WATCH_EDITED);
}

static void
nothing_done_is_nothing_seen(void **state)
{
    struct pollfd p = {.fd = watch_fd(watch), .events = POLLIN};

    (void)state;
    assert_int_equal(drain(), 0);
    assert_int_equal(poll(&p, 1, 0), 0);
    assert_int_equal(watch_fd(NULL), -1);
}

static void
an_edit_is_seen_once(void **state)
{
    struct pollfd p = {.fd = watch_fd(watch), .events = POLLIN};

    (void)state;
    scratch_write(&folder, "data/box/deep/er/b.sy", "22", 0);
    assert_int_equal(poll(&p, 1, 0), 1);
    assert_int_equal(drain(), WATCH_EDITED);
    assert_int_equal(drain(), 0);
}

static void
renames_removals_and_new_times_are_edits(void **state)
{
    (void)state;
    move("data/box/a.sy", "data/box/x.sy");
    assert_int_equal(drain(), WATCH_EDITED);
    scratch_touch(&folder, "data/box/x.sy", 1000);
    assert_int_equal(drain(), WATCH_EDITED);
    drop("data/box/x.sy");
    assert_int_equal(drain(), WATCH_EDITED);
}

static void
what_the_walk_leaves_out_is_no_edit(void **state)
{
    (void)state;
    scratch_write(&folder, "data/box/half.tmp", "1", 0);
    scratch_write(&folder, "data/box/.hidden", "1", 0);
    scratch_write(&folder, "data/.git/x", "1", 0);
    scratch_write(&folder, "data/.git/y/z", "1", 0);
    assert_int_equal(drain(), 0);
    assert_watched("data/.siyuan/syncignore");
}

static void
a_new_folder_is_watched_with_what_it_came_with(void **state)
{
    (void)state;
    scratch_write(&folder, "data/new/one/d.sy", "1", 0);
    assert_int_equal(drain(), WATCH_EDITED);
    assert_watched("data/new/one/d.sy");
    move("elsewhere", "data/moved in");
    assert_int_equal(drain(), WATCH_EDITED);
    assert_watched("data/moved in/c.sy");
}

static void
an_empty_new_folder_is_no_edit_yet(void **state)
{
    char path[PATH_MAX];

    (void)state;
    assert_int_equal(mkdir(scratch_path(&folder, "data/new", path), 0700), 0);
    assert_watched("data/new/d.sy");
}

static void
a_renamed_folder_stays_watched(void **state)
{
    (void)state;
    move("data/box", "data/crate");
    assert_int_equal(drain(), WATCH_EDITED);
    assert_watched("data/crate/a.sy");
    assert_watched("data/crate/deep/er/b.sy");
}

static void
a_folder_moved_out_is_watched_no_more(void **state)
{
    (void)state;
    move("data/box", "elsewhere/box");
    assert_int_equal(drain(), WATCH_EDITED);
    scratch_write(&folder, "elsewhere/box/deep/er/b.sy", "22", 0);
    assert_int_equal(drain(), 0);
}

static bool
is_mine(void *ctx, const char *path)
{
    return strcmp(path, ctx) == 0;
}

static void
our_own_writing_is_no_edit(void **state)
{
    char mine[] = "/new/mine.sy";

    (void)state;
    scratch_write(&folder, "data/new/mine.sy", "1", 0);
    assert_int_equal(watch_drain(watch, is_mine, mine), 0);
    scratch_write(&folder, "data/new/mine.sy", "22", 0);
    scratch_write(&folder, "data/new/yours.sy", "22", 0);
    assert_int_equal(watch_drain(watch, is_mine, mine), WATCH_EDITED);
}

static long
queue_length(void)
{
    FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    char text[32] = "";

    if (f == NULL || fgets(text, sizeof text, f) == NULL)
        skip();
    (void)fclose(f);
    return strtol(text, NULL, 10);
}

static void
a_full_queue_is_an_edit_and_leaves_no_holes(void **state)
{
    char path[2][PATH_MAX];
    long events = queue_length();

    (void)state;
    if (events > 100000)
        skip();
    /* Hidden names by turns: equal events in a row become one. */
    scratch_path(&folder, "data/.a", path[0]);
    scratch_path(&folder, "data/.b", path[1]);
    for (long i = 0; i < events; i++) {
        assert_int_equal(mknod(path[i % 2], S_IFREG | 0600, 0), 0);
        assert_int_equal(unlink(path[i % 2]), 0);
    }
    scratch_write(&folder, "data/unseen/e.sy", "1", 0);
    move("data/box", "elsewhere/box");
    assert_int_equal(drain(), WATCH_EDITED);
    assert_watched("data/unseen/e.sy");
    scratch_write(&folder, "elsewhere/box/a.sy", "333", 0);
    assert_int_equal(drain(), 0);
}

static void
without_its_folder_a_watch_has_failed(void **state)
{
    (void)state;
    drop("data/box/deep/er/b.sy");
    drop("data/box/deep/er");
    drop("data/box/deep");
    drop("data/box/a.sy");
    drop("data/box");
    assert_int_equal(drain(), WATCH_EDITED);
    drop("data");
    assert_int_equal(drain(), -ENOENT);
}

static void
what_is_not_there_is_not_watched(void **state)
{
    struct watch *other;

    (void)state;
    assert_int_equal(watch_open(&other, "/nonexistent/data"), -ENOENT);
    assert_null(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_done_is_nothing_seen, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_edit_is_seen_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            renames_removals_and_new_times_are_edits, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_walk_leaves_out_is_no_edit,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_new_folder_is_watched_with_what_it_came_with, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_new_folder_is_no_edit_yet,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_renamed_folder_stays_watched, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_folder_moved_out_is_watched_no_more,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(our_own_writing_is_no_edit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_full_queue_is_an_edit_and_leaves_no_holes, setup, teardown),
        cmocka_unit_test_setup_teardown(without_its_folder_a_watch_has_failed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_watched, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
