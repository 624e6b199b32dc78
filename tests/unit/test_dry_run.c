#include "services/sync-engine/run/dry_run.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/repo.h"
#include "services/sync-engine/repo/snapshot.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scratch folder;
static char state_path[PATH_MAX];
static char workspace[PATH_MAX];

static struct repo *
open_repo(const char *state)
{
    struct repo_key key = {{0}};
    char path[PATH_MAX + 8];
    struct problem p = {0};
    const struct repo_options opt = {.key = &key, .path = path};
    struct repo *r;

    (void)snprintf(path, sizeof path, "%s/repo", state);
    assert_int_equal(repo_open(&r, &opt, &p), 0);
    return r;
}

static int
make_snapshot(struct snapshot *out, struct repo *r, bool look_only)
{
    const struct snapshot_options opt = {.workspace = workspace,
                                         .memo = "",
                                         .system_id = "",
                                         .system_name = "",
                                         .look_only = look_only};
    struct problem p = {0};

    return snapshot_make(out, r, &opt, &p);
}

static int
setup(void **state)
{
    (void)state;
    log_init("test", LOG_ERROR, false);
    scratch_make(&folder);
    scratch_write(&folder, "ws/data/doc.sy", "one", 1700000000000);
    scratch_write(&folder, "state/other", "x", 0);
    (void)scratch_path(&folder, "state", state_path);
    (void)scratch_path(&folder, "ws", workspace);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread. */
    return setenv("TMPDIR", folder.path, 1);
}

static int
teardown(void **state)
{
    (void)state;
    scratch_remove(&folder);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread. */
    return unsetenv("TMPDIR");
}

/* It begins with the latest snapshot, reads its objects, and writes its own. */
static void
it_begins_where_the_real_one_is(void **state)
{
    struct dry_run dry;
    struct snapshot before = {0};
    struct snapshot after = {0};
    struct repo *r = open_repo(state_path);
    char path[DRY_RUN_PATH_MAX];
    size_t objects;

    (void)state;
    assert_int_equal(make_snapshot(&before, r, false), 0);
    repo_close(r);
    objects = scratch_count(&folder, "state/repo", "");
    assert_int_equal(dry_run_open(&dry, state_path), 0);
    r = open_repo(dry.path);
    objects_look_below(repo_objects(r), dry.below_fd);
    assert_int_equal(make_snapshot(&after, r, true), SNAPSHOT_UNCHANGED);
    assert_true(oid_equal(&before.index.id, &after.index.id));
    snapshot_clear(&after);
    /* Other content in the same second: the time moves, but not on disk. */
    scratch_write(&folder, "ws/data/doc.sy", "two", 1700000000500);
    assert_int_equal(make_snapshot(&after, r, true), 0);
    assert_int_equal(after.files.files[0].updated, 1700000001500);
    assert_int_equal(scratch_mtime_ms(&folder, "ws/data/doc.sy"),
                     1700000000500);
    repo_close(r);
    assert_int_equal(scratch_count(&folder, "state/repo", ""), objects);
    (void)snprintf(path, sizeof path, "%s", dry.path);
    assert_int_equal(access(path, F_OK), 0);
    dry_run_close(&dry);
    assert_int_equal(access(path, F_OK), -1);
    snapshot_clear(&before);
    snapshot_clear(&after);
}

static void
a_state_that_is_not_there_is_an_empty_one(void **state)
{
    struct dry_run dry;
    struct snapshot s = {0};
    char path[PATH_MAX];
    struct repo *r;

    (void)state;
    assert_int_equal(dry_run_open(&dry, scratch_path(&folder, "nothing", path)),
                     0);
    assert_false(scratch_has(&folder, "nothing"));
    assert_int_equal(dry.below_fd, -1);
    r = open_repo(dry.path);
    objects_look_below(repo_objects(r), dry.below_fd);
    assert_int_equal(make_snapshot(&s, r, true), 0);
    assert_int_equal(s.files.count, 1);
    snapshot_clear(&s);
    repo_close(r);
    dry_run_close(&dry);
    dry_run_close(&dry); /* any state is fine */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_begins_where_the_real_one_is),
        TEST(a_state_that_is_not_there_is_an_empty_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
