/* Tests of services/sync-engine/checkout/checkout*.c. */
#include "services/runtime/clock.h"
#include "services/sync-engine/checkout/checkout.h"
#include "services/sync-engine/repo/walk.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T0 WORLD_T0
#define T1 (WORLD_T0 + 60000)

#define ITEMS_MAX 64

typedef const struct file_record *record;

static struct world world;
static struct checkout_result result;

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

/* A job from lists that end in NULL. */
static struct checkout_job
job_of(const record *upserts, const record *removes)
{
    struct checkout_job job = {
        .seen = &world.seen, .upserts = upserts, .removes = removes};

    while (upserts != NULL && upserts[job.upsert_count] != NULL)
        job.upsert_count++;
    while (removes != NULL && removes[job.remove_count] != NULL)
        job.remove_count++;
    return job;
}

static int
run_job(const struct checkout_job *job)
{
    const struct checkout_options opt = world_options(&world);

    world.problem = (struct problem){0};
    return checkout_run(&result, job, &opt, &world.problem);
}

static int
run(const record *upserts, const record *removes)
{
    const struct checkout_job job = job_of(upserts, removes);

    return run_job(&job);
}

static int
run_one(record upsert)
{
    return run((const record[]){upsert, NULL}, NULL);
}

static void
assert_fails(int rc, enum problem_kind kind, const char *text)
{
    assert_true(rc < 0);
    assert_int_equal(world.problem.kind, kind);
    if (strstr(world.problem.text, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, world.problem.text);
    assert_true(world_is_clean(&world));
}

static void
assert_changed(int rc, const char *path)
{
    assert_int_equal(rc, CHECKOUT_CHANGED);
    assert_string_equal(result.changed, path);
    assert_true(world_is_clean(&world));
}

static struct stat
look(const char *name)
{
    char path[PATH_MAX];
    struct stat st;

    assert_int_equal(lstat(scratch_path(&world.scratch, name, path), &st), 0);
    return st;
}

static void
link_to(const char *target, const char *name)
{
    char to[PATH_MAX];
    char from[PATH_MAX];

    assert_int_equal(symlink(scratch_path(&world.scratch, target, to),
                             scratch_path(&world.scratch, name, from)),
                     0);
}

static void
make_folder(const char *name)
{
    char path[PATH_MAX];

    assert_int_equal(mkdir(scratch_path(&world.scratch, name, path), 0755), 0);
}

/* What is written. */

static void
new_files_are_written_with_their_folders(void **state)
{
    const record list[] = {
        world_record(&world, "/a.sy", "one", T0),
        world_record(&world, "/box/b/c.sy", "two|parts", T0 + 1),
        world_record(&world, "/box/empty", "", T0 + 2),
        NULL,
    };

    (void)state;
    assert_int_equal(run(list, NULL), 0);
    assert_int_equal(result.written, 3);
    assert_int_equal(result.removed, 0);
    assert_null(result.changed);
    assert_true(world_has(&world, "/a.sy", "one"));
    assert_true(world_has(&world, "/box/b/c.sy", "twoparts"));
    assert_true(world_has(&world, "/box/empty", ""));
    assert_true(world_is_clean(&world));
    assert_int_equal(look("ws/data/box/b/c.sy").st_mode & 07777, 0600);
    assert_int_equal(look("ws/data/box/b").st_mode & 07777, 0755);
}

static void
times_are_restored_to_the_millisecond(void **state)
{
    static const int64_t TIMES[] = {T0, 999, 0, -1, -1500, 4102444800001};
    char path[16];

    (void)state;
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
        struct stat st;

        (void)snprintf(path, sizeof path, "/f%zu", i);
        assert_int_equal(run_one(world_record(&world, path, "x", TIMES[i])), 0);
        (void)snprintf(path, sizeof path, "ws/data/f%zu", i);
        st = look(path);
        assert_int_equal(
            st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000, TIMES[i]);
        assert_int_equal(st.st_mtim.tv_nsec % 1000000, 0);
    }
}

static void
atime_is_the_mtime(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(run_one(world_record(&world, "/a", "x", T0)), 0);
    st = look("ws/data/a");
    assert_int_equal(st.st_atim.tv_sec, T0 / 1000);
    assert_int_equal(st.st_atim.tv_nsec, T0 % 1000 * 1000000);
}

static void
files_are_replaced_and_removed(void **state)
{
    record gone = world_file(&world, "/b/gone.sy", "bye", T0);
    record new = world_record(&world, "/a.sy", "new", T1);

    (void)state;
    (void)world_file(&world, "/a.sy", "old", T0);
    assert_int_equal(
        run((const record[]){new, NULL}, (const record[]){gone, NULL}), 0);
    assert_int_equal(result.written, 1);
    assert_int_equal(result.removed, 1);
    assert_true(world_has(&world, "/a.sy", "new"));
    assert_int_equal(scratch_mtime_ms(&world.scratch, "ws/data/a.sy"), T1);
    assert_false(scratch_has(&world.scratch, "ws/data/b")); /* tidied */
}

static void
another_time_of_the_same_content_keeps_the_file(void **state)
{
    record new = world_record(&world, "/a.sy", "same", T1);
    ino_t inode;

    (void)state;
    (void)world_file(&world, "/a.sy", "same", T0);
    inode = look("ws/data/a.sy").st_ino;
    assert_int_equal(run_one(new), 0);
    assert_int_equal(result.written, 1);
    assert_int_equal(look("ws/data/a.sy").st_ino, inode);
    assert_int_equal(scratch_mtime_ms(&world.scratch, "ws/data/a.sy"), T1);
}

static void
what_is_there_already_is_taken_as_it_is(void **state)
{
    record want = world_record(&world, "/a.sy", "sa|me", T1);
    ino_t inode;

    (void)state;
    scratch_write(&world.scratch, "ws/data/a.sy", "same", T0);
    inode = look("ws/data/a.sy").st_ino;
    assert_int_equal(run_one(want), 0);
    assert_int_equal(look("ws/data/a.sy").st_ino, inode);
    assert_int_equal(scratch_mtime_ms(&world.scratch, "ws/data/a.sy"), T1);
}

struct order {
    const char *paths[ITEMS_MAX];
    enum checkout_step steps[ITEMS_MAX];
    size_t count;
    size_t begun; /* steps */
    uint64_t bytes;
    uint64_t bytes_total;
};

static void
note(void *ctx, const struct checkout_progress *now)
{
    struct order *o = ctx;

    assert_true(now->files <= now->files_total);
    assert_true(now->bytes <= now->bytes_total);
    if (now->step == CHECKOUT_WRITE) {
        assert_true(now->bytes >= o->bytes);
        o->bytes = now->bytes;
        o->bytes_total = now->bytes_total;
    } else {
        assert_int_equal(now->bytes_total, 0);
    }
    o->begun += now->item == NULL ? 1 : 0;
    if (now->item == NULL || now->step == CHECKOUT_WRITE)
        return;
    assert_true(o->count < ITEMS_MAX);
    o->paths[o->count] = now->item;
    o->steps[o->count++] = now->step;
}

static void
names_are_given_in_the_order_of_the_list(void **state)
{
    static const char *const PATHS[] = {
        "/.siyuan/conf", "/assets/z", "/assets/a", "/z/y/x", "/b",
    };
    struct checkout_options opt = world_options(&world);
    struct order seen = {0};
    record upserts[6] = {0};
    record removes[3] = {0};
    struct checkout_job job;

    (void)state;
    for (size_t i = 0; i < 5; i++)
        upserts[i] = world_record(&world, PATHS[i], "content", T0);
    removes[0] = world_file(&world, "/r/2", "x", T0);
    removes[1] = world_file(&world, "/r/1", "x", T0);
    job = job_of(upserts, removes);
    opt.on_progress = note;
    opt.ctx = &seen;
    assert_int_equal(checkout_run(&result, &job, &opt, &world.problem), 0);
    assert_int_equal(seen.count, 7);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(seen.paths[i], PATHS[i]);
        assert_int_equal(seen.steps[i], CHECKOUT_RENAME);
    }
    assert_string_equal(seen.paths[5], "/r/2");
    assert_string_equal(seen.paths[6], "/r/1");
    assert_int_equal(seen.steps[6], CHECKOUT_REMOVE);
    assert_int_equal(seen.begun, 6); /* twice the flush */
    assert_int_equal(seen.bytes, 35);
    assert_int_equal(seen.bytes_total, 35);
}

static void
hundreds_of_files_are_written_by_several_workers(void **state)
{
    static record list[501];
    char path[64];

    (void)state;
    for (size_t i = 0; i < 500; i++) {
        (void)snprintf(path, sizeof path, "/box%zu/%zu/doc%zu.sy", i % 3,
                       i % 20, i);
        list[i] = world_record(&world, path, path, T0 + (int64_t)i);
    }
    assert_int_equal(run(list, NULL), 0);
    assert_int_equal(result.written, 500);
    for (size_t i = 0; i < 500; i++)
        assert_true(world_has(&world, list[i]->path, list[i]->path));
    assert_true(world_is_clean(&world));
}

static void
an_empty_job_tidies(void **state)
{
    (void)state;
    make_folder("ws/data/a");
    make_folder("ws/data/a/b");
    assert_int_equal(run(NULL, NULL), 0);
    assert_false(scratch_has(&world.scratch, "ws/data/a"));
    assert_true(scratch_has(&world.scratch, "ws/data"));
}

/* What stands in the way. */

static void
a_folder_gives_way_to_a_file(void **state)
{
    const record upserts[] = {world_record(&world, "/a", "file", T1), NULL};
    const record removes[] = {world_file(&world, "/a/b/c", "x", T0), NULL};
    struct checkout_job job = job_of(upserts, removes);

    (void)state;
    make_folder("ws/data/a/empty");
    job.remove_first = 1;
    assert_int_equal(run_job(&job), 0);
    assert_true(world_has(&world, "/a", "file"));
}

static void
a_file_gives_way_to_a_folder(void **state)
{
    const record upserts[] = {world_record(&world, "/a/b", "file", T1), NULL};
    const record removes[] = {world_file(&world, "/a", "x", T0), NULL};
    struct checkout_job job = job_of(upserts, removes);

    (void)state;
    job.remove_first = 1;
    assert_int_equal(run_job(&job), 0);
    assert_true(world_has(&world, "/a/b", "file"));
}

static void
a_folder_that_holds_more_stays(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "ws/data/a/.hidden", "mine", 0);
    assert_fails(run_one(world_record(&world, "/a", "file", T1)),
                 PROBLEM_UNSAFE_PATH, "/data/a is a folder with files");
    assert_true(world_has(&world, "/a/.hidden", "mine"));
}

static void
a_file_nobody_removes_is_no_folder(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "ws/data/a", "mine", 0);
    assert_fails(run_one(world_record(&world, "/a/b", "file", T1)),
                 PROBLEM_UNSAFE_PATH, "/data/a is no folder");
    assert_true(world_has(&world, "/a", "mine"));
}

/* Hostile places. */

static void
a_linked_folder_is_not_entered(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "outside/doc.sy", "theirs", T0);
    make_folder("ws/data/box");
    link_to("outside", "ws/data/box/in");
    assert_fails(run_one(world_record(&world, "/box/in/doc.sy", "evil", T1)),
                 PROBLEM_UNSAFE_PATH, "/data/box/in is a symbolic link");
    assert_fails(run_one(world_record(&world, "/box/in/sub/x", "evil", T1)),
                 PROBLEM_UNSAFE_PATH, "/data/box/in is a symbolic link");
    assert_fails(
        run(NULL,
            (const record[]){
                world_record(&world, "/box/in/doc.sy", "theirs", T0), NULL}),
        PROBLEM_UNSAFE_PATH, "/data/box/in is a symbolic link");
    assert_true(scratch_has(&world.scratch, "outside/doc.sy"));
    assert_false(scratch_has(&world.scratch, "outside/sub"));
    assert_int_equal(scratch_count(&world.scratch, "outside", ""), 1);
}

static void
a_link_is_not_replaced(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "outside/doc.sy", "theirs", T0);
    link_to("outside/doc.sy", "ws/data/doc.sy");
    assert_fails(run_one(world_record(&world, "/doc.sy", "evil", T1)),
                 PROBLEM_UNSAFE_PATH, "/data/doc.sy is no regular file");
    assert_true(S_ISLNK(look("ws/data/doc.sy").st_mode));
    assert_int_equal(scratch_mtime_ms(&world.scratch, "outside/doc.sy"), T0);
}

static void
a_file_that_became_a_link_is_a_change(void **state)
{
    record was = world_file(&world, "/doc.sy", "mine", T0);
    char path[PATH_MAX];

    (void)state;
    scratch_write(&world.scratch, "outside/doc.sy", "mine", T0);
    (void)unlink(scratch_path(&world.scratch, "ws/data/doc.sy", path));
    link_to("outside/doc.sy", "ws/data/doc.sy");
    assert_changed(run_one(world_record(&world, "/doc.sy", "new", T1)),
                   "/doc.sy");
    assert_int_equal(run(NULL, (const record[]){was, NULL}), 0);
    assert_true(S_ISLNK(look("ws/data/doc.sy").st_mode));
    assert_true(scratch_has(&world.scratch, "outside/doc.sy"));
}

static void
another_name_of_the_file_keeps_its_content(void **state)
{
    record gone = world_file(&world, "/b.sy", "old", T0);
    char from[PATH_MAX];
    char to[PATH_MAX];

    (void)state;
    (void)world_file(&world, "/a.sy", "old", T0);
    make_folder("outside");
    assert_int_equal(link(scratch_path(&world.scratch, "ws/data/a.sy", from),
                          scratch_path(&world.scratch, "outside/a", to)),
                     0);
    assert_int_equal(link(scratch_path(&world.scratch, "ws/data/b.sy", from),
                          scratch_path(&world.scratch, "outside/b", to)),
                     0);
    assert_int_equal(
        run((const record[]){world_record(&world, "/a.sy", "new", T1), NULL},
            (const record[]){gone, NULL}),
        0);
    assert_true(world_has(&world, "/a.sy", "new"));
    assert_true(world_has(&world, "/../../outside/a", "old"));
    assert_true(world_has(&world, "/../../outside/b", "old"));
    assert_int_equal(scratch_mtime_ms(&world.scratch, "outside/a"), T0);
}

static void
paths_that_leave_the_workspace_are_refused(void **state)
{
    static const char *const PATHS[] = {"/../evil", "evil", "/a//b", "/a/",
                                        "/a/../../../evil"};

    (void)state;
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        assert_fails(run_one(world_record(&world, PATHS[i], "evil", T1)),
                     PROBLEM_UNSAFE_PATH, "not a plain path");
    }
    assert_false(scratch_has(&world.scratch, "ws/evil"));
    assert_false(scratch_has(&world.scratch, "evil"));
}

/* "/d" count times, and a file. */
static record
nested(size_t count)
{
    char path[1024] = "";
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(path + len, sizeof path - len, "/d");
    (void)snprintf(path + len, sizeof path - len, "/doc.sy");
    return world_record(&world, path, "deep", T1);
}

static int
walk_workspace(void)
{
    char path[PATH_MAX];
    struct walk_list list = {0};
    struct walk_options opt = {
        .name = scratch_path(&world.scratch, "ws/data", path)};
    int rc;

    opt.data_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = walk_run(&list, &opt, &world.problem);
    walk_clear(&list);
    (void)close(opt.data_fd);
    return rc;
}

static void
what_no_snapshot_could_walk_is_not_written(void **state)
{
    (void)state;
    assert_fails(run_one(nested(WALK_DEPTH_MAX)), PROBLEM_UNSAFE_PATH,
                 "too many folders");
    assert_false(scratch_has(&world.scratch, "ws/data/d"));
    assert_int_equal(run_one(nested(WALK_DEPTH_MAX - 1)), 0);
    assert_int_equal(walk_workspace(), 0);
}

static void
the_longest_name_fits(void **state)
{
    char path[257] = "/";
    record a;
    record b;

    (void)state;
    memset(path + 1, 'n', 255);
    path[256] = '\0';
    a = world_record(&world, path, "a", T0);
    path[255] = 'm';
    b = world_record(&world, path, "b", T0);
    assert_int_equal(run((const record[]){a, b, NULL}, NULL), 0);
    assert_true(world_has(&world, a->path, "a"));
    assert_true(world_has(&world, b->path, "b"));
}

/* The guard. */

static void
an_edited_file_is_not_replaced(void **state)
{
    record other = world_record(&world, "/other", "x", T1);

    (void)state;
    (void)world_file(&world, "/doc.sy", "old", T0);
    scratch_write(&world.scratch, "ws/data/doc.sy", "edited", T0 + 5000);
    assert_changed(
        run((const record[]){other, world_record(&world, "/doc.sy", "new", T1),
                             NULL},
            NULL),
        "/doc.sy");
    assert_true(world_has(&world, "/doc.sy", "edited"));
    assert_false(scratch_has(&world.scratch, "ws/data/other"));
}

static void
the_same_size_in_the_same_second_is_looked_into(void **state)
{
    record new = world_record(&world, "/doc.sy", "new", T1);

    (void)state;
    (void)world_file(&world, "/doc.sy", "old", T0);
    scratch_write(&world.scratch, "ws/data/doc.sy", "OLD", T0 + 1);
    assert_changed(run_one(new), "/doc.sy");
    scratch_write(&world.scratch, "ws/data/doc.sy", "old", T0 + 1);
    assert_int_equal(run_one(new), 0);
    assert_true(world_has(&world, "/doc.sy", "new"));
}

static void
a_file_that_appeared_is_not_replaced(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "ws/data/doc.sy", "mine", T0);
    assert_changed(run_one(world_record(&world, "/doc.sy", "new", T1)),
                   "/doc.sy");
    assert_true(world_has(&world, "/doc.sy", "mine"));
}

static void
a_file_that_vanished_is_a_change(void **state)
{
    char path[PATH_MAX];

    (void)state;
    (void)world_file(&world, "/doc.sy", "old", T0);
    (void)unlink(scratch_path(&world.scratch, "ws/data/doc.sy", path));
    assert_changed(run_one(world_record(&world, "/doc.sy", "new", T1)),
                   "/doc.sy");
}

static void
an_edited_file_is_not_removed(void **state)
{
    record was = world_file(&world, "/doc.sy", "old", T0);

    (void)state;
    scratch_write(&world.scratch, "ws/data/doc.sy", "edited", T1);
    assert_changed(run(NULL, (const record[]){was, NULL}), "/doc.sy");
    assert_true(world_has(&world, "/doc.sy", "edited"));
}

static void
what_is_gone_already_is_removed(void **state)
{
    const record removes[] = {
        world_record(&world, "/never/was.sy", "x", T0),
        world_record(&world, "/nor.sy", "x", T0),
        NULL,
    };

    (void)state;
    assert_int_equal(run(NULL, removes), 0);
    assert_int_equal(result.removed, 0);
}

/* Something happens when the first name is given. */
struct intrusion {
    enum checkout_step step;
    void (*fn)(void);
    bool done;
};

static void
intrude(void *ctx, const struct checkout_progress *now)
{
    struct intrusion *i = ctx;

    if (i->done || now->step != i->step || now->item == NULL)
        return;
    i->done = true;
    i->fn();
}

static int
run_with(const record *upserts, const record *removes, struct intrusion *i)
{
    const struct checkout_job job = job_of(upserts, removes);
    struct checkout_options opt = world_options(&world);

    opt.on_progress = intrude;
    opt.ctx = i;
    return checkout_run(&result, &job, &opt, &world.problem);
}

static void
edit_b(void)
{
    scratch_write(&world.scratch, "ws/data/b", "edited", 0);
}

static void
an_edit_between_two_renames_is_seen(void **state)
{
    record upserts[3] = {world_record(&world, "/a", "new", T1),
                         world_record(&world, "/b", "new", T1)};
    struct intrusion i = {.step = CHECKOUT_RENAME, .fn = edit_b};

    (void)state;
    (void)world_file(&world, "/b", "old", T0);
    assert_changed(run_with(upserts, NULL, &i), "/b");
    assert_int_equal(result.written, 1);
    assert_true(world_has(&world, "/a", "new"));
    assert_true(world_has(&world, "/b", "edited"));
}

static void
an_edit_between_two_removes_is_seen(void **state)
{
    record removes[3] = {world_file(&world, "/a", "old", T0),
                         world_file(&world, "/b", "old", T0)};
    struct intrusion i = {.step = CHECKOUT_REMOVE, .fn = edit_b};

    (void)state;
    assert_changed(run_with(NULL, removes, &i), "/b");
    assert_int_equal(result.removed, 1);
    assert_true(world_has(&world, "/b", "edited"));
}

static void
swap_folder(void)
{
    char from[PATH_MAX];
    char to[PATH_MAX];

    assert_int_equal(rename(scratch_path(&world.scratch, "ws/data/box", from),
                            scratch_path(&world.scratch, "ws/box-moved", to)),
                     0);
    link_to("outside", "ws/data/box");
}

static void
a_folder_swapped_for_a_link_is_not_followed(void **state)
{
    record upserts[3] = {world_record(&world, "/a", "new", T1),
                         world_record(&world, "/box/b", "new", T1)};
    struct intrusion i = {.step = CHECKOUT_RENAME, .fn = swap_folder};

    (void)state;
    scratch_write(&world.scratch, "outside/x", "theirs", T0);
    assert_true(run_with(upserts, NULL, &i) < 0);
    assert_int_equal(world.problem.kind, PROBLEM_UNSAFE_PATH);
    assert_false(scratch_has(&world.scratch, "outside/b"));
    assert_int_equal(scratch_count(&world.scratch, "outside", ""), 1);
}

static void
an_ignored_file_is_kept_before_it_is_replaced(void **state)
{
    struct checkout_options opt = world_options(&world);
    record upserts[2] = {world_record(&world, "/box/a.log", "theirs", T1)};
    const struct checkout_job job = job_of(upserts, NULL);

    (void)state;
    scratch_write(&world.scratch, "ws/data/box/a.log", "mine", T0);
    opt.seen_at_ms = (int64_t)clock_wall_ms() + 1000;
    assert_int_equal(checkout_run(&result, &job, &opt, &world.problem), 0);
    assert_true(world_has(&world, "/box/a.log", "theirs"));
    assert_int_equal(scratch_count(&world.scratch, "ws/history", "-sync"), 1);
    assert_int_equal(scratch_count(&world.scratch, "ws/history", "a.log"), 1);
}

/* Failures. */

static void
a_missing_chunk_leaves_everything_alone(void **state)
{
    const struct file_record *good = world_record(&world, "/a/b", "ok", T1);
    struct file_record bad = *world_record(&world, "/c", "bad", T1);
    struct oid unknown = {{1, 2, 3}};

    (void)state;
    bad.chunks = &unknown;
    assert_fails(run((const record[]){good, &bad, NULL}, NULL), PROBLEM_DAMAGED,
                 "/data/c cannot be written");
    assert_false(scratch_has(&world.scratch, "ws/data/a"));
    assert_false(scratch_has(&world.scratch, "ws/data/c"));
}

static void
a_size_that_is_not_the_chunks_is_refused(void **state)
{
    struct file_record bad = *world_record(&world, "/c", "b|a|d", T1);

    (void)state;
    bad.size = 2;
    assert_fails(run_one(&bad), PROBLEM_DAMAGED, "not the 2 bytes");
    bad.size = 4;
    assert_fails(run_one(&bad), PROBLEM_DAMAGED, "not the 4 bytes");
    assert_false(scratch_has(&world.scratch, "ws/data/c"));
}

static int
run_on_full_disk(void *ctx)
{
    char name[] = "/box/f00";
    static char content[2001];
    record upserts[400] = {0};
    int rc;

    (void)ctx;
    memset(content, 'x', sizeof content - 1);
    (void)world_file(&world, "/old.sy", "old", T0);
    upserts[0] = world_record(&world, "/old.sy", "new", T1);
    for (size_t i = 1; i < 200; i++) {
        name[6] = (char)('a' + i / 26);
        name[7] = (char)('a' + i % 26);
        content[0] = (char)i;
        upserts[i] = world_record(&world, name, content, T0);
    }
    rc = run(upserts, NULL);
    if (rc >= 0 || world.problem.kind != PROBLEM_DISK_FULL)
        return 1;
    if (!world_is_clean(&world) || !world_has(&world, "/old.sy", "old"))
        return 2;
    return scratch_has(&world.scratch, "ws/data/box") ? 3 : 0;
}

static void
a_full_disk_leaves_everything_alone(void **state)
{
    int rc = scratch_with_small_disk(&world.scratch, "ws/data",
                                     run_on_full_disk, NULL);

    (void)state;
    if (rc == -1)
        skip();
    assert_int_equal(rc, 0);
}

static int
run_as_nobody(void *ctx)
{
    char path[PATH_MAX];
    int rc;

    (void)ctx;
    (void)chmod(scratch_path(&world.scratch, "ws/data/box", path), 0555);
    rc = run_one(world_record(&world, "/box/new", "x", T1));
    if (rc >= 0 || world.problem.kind != PROBLEM_PERMISSION ||
        strstr(world.problem.text, "/data/box/new") == NULL)
        return 1;
    return world_is_clean(&world) ? 0 : 2;
}

static void
a_read_only_folder_is_named(void **state)
{
    (void)state;
    (void)world_file(&world, "/box/old", "old", T0);
    assert_int_equal(scratch_as_nobody(&world.scratch, run_as_nobody, NULL), 0);
}

static void
a_workspace_that_is_gone_is_named(void **state)
{
    char path[PATH_MAX];

    (void)state;
    assert_int_equal(rmdir(scratch_path(&world.scratch, "ws/data", path)), 0);
    assert_fails(run_one(world_record(&world, "/a", "x", T1)),
                 PROBLEM_NO_WORKSPACE, "there is no folder");
}

static atomic_bool cancelled;

static void
set_cancelled(void)
{
    atomic_store(&cancelled, true);
}

static int
run_cancelled(enum checkout_step step)
{
    const record upserts[] = {world_record(&world, "/box/a", "new", T1),
                              world_record(&world, "/box/b", "new", T1), NULL};
    const struct checkout_job job = job_of(upserts, NULL);
    struct intrusion i = {.step = step, .fn = set_cancelled};
    struct checkout_options opt = world_options(&world);

    opt.cancel = &cancelled;
    opt.on_progress = intrude;
    opt.ctx = &i;
    atomic_store(&cancelled, false);
    return checkout_run(&result, &job, &opt, &world.problem);
}

static void
cancelled_while_writing_leaves_everything_alone(void **state)
{
    (void)state;
    assert_fails(run_cancelled(CHECKOUT_WRITE), PROBLEM_CANCELLED, "cancel");
    assert_false(scratch_has(&world.scratch, "ws/data/box"));
}

static void
cancelled_between_two_names_leaves_whole_files(void **state)
{
    (void)state;
    assert_fails(run_cancelled(CHECKOUT_RENAME), PROBLEM_CANCELLED, "cancel");
    assert_int_equal(result.written, 1);
    assert_true(world_has(&world, "/box/a", "new"));
    assert_false(scratch_has(&world.scratch, "ws/data/box/b"));
}

/* Files that come from no object. */

static int
add(const char *path, const char *text)
{
    const struct checkout_options opt = world_options(&world);
    struct buffer content = {.data = (unsigned char *)(uintptr_t)text,
                             .len = strlen(text)};
    const struct checkout_new new = {
        .path = path, .content = &content, .updated = T0};

    return checkout_add(&new, &opt, &world.problem);
}

static void
a_new_file_is_added(void **state)
{
    (void)state;
    assert_int_equal(add("/box/doc (Conflicted).sy", "text"), 0);
    assert_true(world_has(&world, "/box/doc (Conflicted).sy", "text"));
    assert_int_equal(
        scratch_mtime_ms(&world.scratch, "ws/data/box/doc (Conflicted).sy"),
        T0);
    assert_true(world_is_clean(&world));
}

static void
adding_replaces_nothing(void **state)
{
    (void)state;
    scratch_write(&world.scratch, "ws/data/doc.sy", "mine", T0);
    assert_int_equal(add("/doc.sy", "text"), CHECKOUT_EXISTS);
    assert_true(world_has(&world, "/doc.sy", "mine"));
    assert_fails(add("/../doc.sy", "text"), PROBLEM_UNSAFE_PATH, "plain path");
    make_folder("outside");
    link_to("outside", "ws/data/in");
    assert_fails(add("/in/doc.sy", "text"), PROBLEM_UNSAFE_PATH,
                 "symbolic link");
    assert_false(scratch_has(&world.scratch, "outside/doc.sy"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(new_files_are_written_with_their_folders),
        TEST(times_are_restored_to_the_millisecond),
        TEST(atime_is_the_mtime),
        TEST(files_are_replaced_and_removed),
        TEST(another_time_of_the_same_content_keeps_the_file),
        TEST(what_is_there_already_is_taken_as_it_is),
        TEST(names_are_given_in_the_order_of_the_list),
        TEST(hundreds_of_files_are_written_by_several_workers),
        TEST(an_empty_job_tidies),
        TEST(a_folder_gives_way_to_a_file),
        TEST(a_file_gives_way_to_a_folder),
        TEST(a_folder_that_holds_more_stays),
        TEST(a_file_nobody_removes_is_no_folder),
        TEST(a_linked_folder_is_not_entered),
        TEST(a_link_is_not_replaced),
        TEST(a_file_that_became_a_link_is_a_change),
        TEST(another_name_of_the_file_keeps_its_content),
        TEST(paths_that_leave_the_workspace_are_refused),
        TEST(what_no_snapshot_could_walk_is_not_written),
        TEST(the_longest_name_fits),
        TEST(an_edited_file_is_not_replaced),
        TEST(the_same_size_in_the_same_second_is_looked_into),
        TEST(a_file_that_appeared_is_not_replaced),
        TEST(a_file_that_vanished_is_a_change),
        TEST(an_edited_file_is_not_removed),
        TEST(what_is_gone_already_is_removed),
        TEST(an_edit_between_two_renames_is_seen),
        TEST(an_edit_between_two_removes_is_seen),
        TEST(a_folder_swapped_for_a_link_is_not_followed),
        TEST(an_ignored_file_is_kept_before_it_is_replaced),
        TEST(a_missing_chunk_leaves_everything_alone),
        TEST(a_size_that_is_not_the_chunks_is_refused),
        TEST(a_full_disk_leaves_everything_alone),
        TEST(a_read_only_folder_is_named),
        TEST(a_workspace_that_is_gone_is_named),
        TEST(cancelled_while_writing_leaves_everything_alone),
        TEST(cancelled_between_two_names_leaves_whole_files),
        TEST(a_new_file_is_added),
        TEST(adding_replaces_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
