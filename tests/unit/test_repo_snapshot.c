/* Tests of services/sync-engine/repo/snapshot.c and of what it is made of. */
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/refs.h"
#include "services/sync-engine/repo/snapshot.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T0 1700000000123 /* ms */

static const struct repo_key key = {.bytes = "0123456789abcdef0123456789abcde"};

static struct scratch scratch;
static struct repo *repo;
static struct problem problem;
static struct snapshot made;

static int
open_repo(void)
{
    char path[PATH_MAX];
    const struct repo_options opt = {
        .path = scratch_path(&scratch, "repo", path), .key = &key};

    repo_close(repo);
    problem = (struct problem){0};
    return repo_open(&repo, &opt, &problem);
}

static int
setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return open_repo();
}

static int
teardown(void **state)
{
    (void)state;
    snapshot_clear(&made);
    repo_close(repo);
    repo = NULL;
    scratch_remove(&scratch);
    return 0;
}

static int
make_with(struct snapshot_options opt)
{
    char path[PATH_MAX];

    opt.workspace = scratch_path(&scratch, "ws", path);
    opt.memo = "[Sync] Cloud sync";
    opt.system_id = "device";
    opt.system_name = "host";
    opt.retry_ms = 1;
    snapshot_clear(&made);
    problem = (struct problem){0};
    return snapshot_make(&made, repo, &opt, &problem);
}

static int
make(void)
{
    return make_with((struct snapshot_options){0});
}

static void
assert_fails(int rc, enum problem_kind kind, const char *text)
{
    assert_true(rc < 0);
    assert_int_equal(problem.kind, kind);
    assert_non_null(strstr(problem.text, text));
    assert_int_equal(made.index.count, 0);
    assert_int_equal(made.files.count, 0);
}

static struct oid
latest(void)
{
    struct oid id = {{0}};

    assert_true(refs_read(repo, REFS_LATEST, &id, &problem) >= 0);
    return id;
}

/* The content of a file of the snapshot, from its chunks. */
static void
read_back(const char *path, struct buffer *out)
{
    const struct file_record *f = file_list_find(&made.files, path);
    struct buffer chunk = {0};

    assert_non_null(f);
    for (uint32_t i = 0; i < f->chunk_count; i++) {
        assert_int_equal(objects_read_chunk(repo_objects(repo),
                                            repo_worker(repo), &f->chunks[i],
                                            &chunk, &problem),
                         0);
        assert_int_equal(buffer_append(out, chunk.data, chunk.len), 0);
    }
    assert_int_equal(out->len, f->size);
    buffer_clear(&chunk);
}

static void
assert_content(const char *path, const char *text)
{
    struct buffer found = {0};

    read_back(path, &found);
    assert_int_equal(found.len, strlen(text));
    assert_memory_equal(found.data, text, found.len);
    buffer_clear(&found);
}

static void
first_snapshot_holds_every_file(void **state)
{
    struct oid id;
    struct snapshot again = {0};

    (void)state;
    scratch_write(&scratch, "ws/data/box/doc.sy", "text", T0);
    scratch_write(&scratch, "ws/data/empty", "", T0);
    scratch_write(&scratch, "ws/data/.hidden", "x", T0);
    assert_int_equal(make(), 0);
    assert_int_equal(made.index.count, 2);
    assert_int_equal(made.index.size, 4);
    assert_string_equal(made.index.memo, "[Sync] Cloud sync");
    assert_string_equal(made.index.system_os, "linux");
    assert_string_equal(made.index.check_index_id, "");
    assert_content("/box/doc.sy", "text");
    assert_content("/empty", "");
    id = latest();
    assert_true(oid_equal(&id, &made.index.id));
    assert_int_equal(snapshot_load(&again, repo, &id, &problem), 0);
    assert_int_equal(again.files.count, 2);
    assert_string_equal(again.files.files[0].path, "/box/doc.sy");
    assert_int_equal(again.files.files[0].updated, T0);
    snapshot_clear(&again);
    assert_int_equal(scratch_count(&scratch, "repo", ".tmp"), 0);
    assert_false(scratch_has(&scratch, "repo/writing"));
}

static void
file_id_is_that_of_path_and_second(void **state)
{
    char hex[OID_HEX_MAX];

    (void)state;
    scratch_write(&scratch, "ws/data/doc.txt", "base\n", T0);
    assert_int_equal(make(), 0);
    assert_string_equal(oid_to_hex(&made.files.files[0].id, hex),
                        "3b6e9cfa0638699ff9f954594602518645ec38a0");
    assert_string_equal(oid_to_hex(&made.files.files[0].chunks[0], hex),
                        "51c64a6f4fc375daf0d24aafbabe4d91b6f4bb44");
}

static void
unchanged_workspace_gives_the_same_snapshot(void **state)
{
    struct oid first;

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    scratch_write(&scratch, "ws/data/b/c", "2", T0);
    assert_int_equal(make(), 0);
    first = made.index.id;
    assert_int_equal(make(), SNAPSHOT_UNCHANGED);
    assert_true(oid_equal(&first, &made.index.id));
    assert_int_equal(made.files.count, 2);
    assert_int_equal(open_repo(), 0);
    assert_int_equal(make(), SNAPSHOT_UNCHANGED);
    assert_true(oid_equal(&first, &made.index.id));
}

static void
new_changed_and_removed_files_make_a_new_snapshot(void **state)
{
    char path[PATH_MAX];
    int64_t created;

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    scratch_write(&scratch, "ws/data/b", "2", T0);
    assert_int_equal(make(), 0);
    created = made.index.created;
    scratch_write(&scratch, "ws/data/c", "3", T0);
    assert_int_equal(make(), 0);
    assert_int_equal(made.files.count, 3);
    assert_true(made.index.created > created);
    scratch_write(&scratch, "ws/data/b", "22", T0 + 5000);
    assert_int_equal(make(), 0);
    assert_content("/b", "22");
    assert_content("/a", "1");
    assert_int_equal(unlink(scratch_path(&scratch, "ws/data/a", path)), 0);
    assert_int_equal(make(), 0);
    assert_int_equal(made.files.count, 2);
    assert_null(file_list_find(&made.files, "/a"));
}

static void
large_file_is_cut_and_comes_back(void **state)
{
    const size_t len = 5 << 20;
    unsigned char *bytes = malloc(len);
    struct buffer found = {0};
    uint64_t x = 88172645463325252ULL;
    char hex[OID_HEX_MAX];

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i += 8) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(bytes + i, &x, 8);
    }
    scratch_write_bytes(&scratch, "ws/data/large", bytes, len);
    scratch_write_bytes(&scratch, "ws/data/limit", bytes, 512 << 10);
    assert_int_equal(make(), 0);
    /* The start of appendix A.7: five cuts in 5 MiB, the rest behind. */
    assert_int_equal(file_list_find(&made.files, "/large")->chunk_count, 5);
    assert_string_equal(
        oid_to_hex(&file_list_find(&made.files, "/large")->chunks[0], hex),
        "d6201aed3c7b66cff3f8e1a1d7f7b34ecab92ada");
    assert_string_equal(
        oid_to_hex(&file_list_find(&made.files, "/limit")->chunks[0], hex),
        "2320fa8767a19a939fda007c3536e802801e4e47");
    read_back("/large", &found);
    assert_int_equal(found.len, len);
    assert_memory_equal(found.data, bytes, len);
    buffer_clear(&found);
    free(bytes);
}

/* What the hooks below do while a file is being read. */
struct meddler {
    unsigned times; /* how often to touch the file */
    unsigned attempts;
    uint64_t last_bytes;
    atomic_bool cancel;
};

static void
append_while_read(void *ctx, const struct snapshot_progress *now)
{
    struct meddler *m = ctx;

    m->attempts = now->attempt;
    if (now->step != SNAPSHOT_STORE || now->item == NULL || m->times == 0 ||
        strcmp(now->item, "/log") != 0 || now->bytes == m->last_bytes)
        return;
    m->last_bytes = now->bytes;
    m->times--;
    scratch_write(&scratch, "ws/data/log",
                  m->times % 2 == 0 ? "even" : "not even", 0);
}

static void
file_changed_while_read_is_read_again(void **state)
{
    struct meddler m = {.times = 2};
    const struct snapshot_options opt = {.on_progress = append_while_read,
                                         .ctx = &m};

    (void)state;
    scratch_write(&scratch, "ws/data/log", "x", T0);
    scratch_write(&scratch, "ws/data/other", "y", T0);
    assert_int_equal(make_with(opt), 0);
    assert_int_equal(m.attempts, 3);
    assert_content("/log", "even");
    assert_content("/other", "y");
}

static void
file_that_never_rests_ends_the_snapshot(void **state)
{
    struct meddler m = {.times = 100};
    const struct snapshot_options opt = {.on_progress = append_while_read,
                                         .ctx = &m};

    (void)state;
    scratch_write(&scratch, "ws/data/log", "x", T0);
    scratch_write(&scratch, "ws/data/other", "y", T0);
    assert_fails(make_with(opt), PROBLEM_BUSY_FILE, "/ws/data/log");
    assert_int_equal(m.attempts, SNAPSHOT_ATTEMPTS);
    assert_int_equal(m.times, 100 - SNAPSHOT_ATTEMPTS);
    assert_false(scratch_has(&scratch, "repo/refs/latest"));
}

static void
remove_while_read(void *ctx, const struct snapshot_progress *now)
{
    char path[PATH_MAX];

    (void)ctx;
    if (now->step == SNAPSHOT_STORE && now->item != NULL)
        (void)unlink(scratch_path(&scratch, "ws/data/log", path));
}

static void
file_removed_while_read_is_left_out(void **state)
{
    const struct snapshot_options opt = {.on_progress = remove_while_read,
                                         .workers = 1};

    (void)state;
    scratch_write(&scratch, "ws/data/log", "x", T0);
    scratch_write(&scratch, "ws/data/other", "y", T0);
    assert_int_equal(make_with(opt), 0);
    assert_int_equal(made.files.count, 1);
}

static void
cancel_while_read(void *ctx, const struct snapshot_progress *now)
{
    struct meddler *m = ctx;

    if (now->step == SNAPSHOT_STORE && now->bytes > 0)
        atomic_store(&m->cancel, true);
}

static void
set_flag_ends_the_snapshot(void **state)
{
    struct meddler m = {.times = 0};
    const struct snapshot_options opt = {
        .on_progress = cancel_while_read, .ctx = &m, .cancel = &m.cancel};
    struct oid first;
    struct oid now;

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    assert_int_equal(make(), 0);
    first = latest();
    for (int i = 0; i < 50; i++) {
        char name[] = "ws/data/new-00";

        name[12] = (char)('0' + i / 10);
        name[13] = (char)('0' + i % 10);
        scratch_write(&scratch, name, name, T0);
    }
    assert_fails(make_with(opt), PROBLEM_CANCELLED, "");
    now = latest();
    assert_true(oid_equal(&first, &now));
}

static void
progress_counts_files_and_bytes(void *ctx, const struct snapshot_progress *now)
{
    struct snapshot_progress *last = ctx;

    if (now->step == SNAPSHOT_STORE) {
        assert_true(now->files >= last->files && now->bytes >= last->bytes);
        *last = *now;
    }
}

static void
progress_ends_at_its_totals(void **state)
{
    struct snapshot_progress last = {0};
    const struct snapshot_options opt = {
        .on_progress = progress_counts_files_and_bytes, .ctx = &last};

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    scratch_write(&scratch, "ws/data/b", "22", T0);
    assert_int_equal(make_with(opt), 0);
    assert_int_equal(last.files, 2);
    assert_int_equal(last.files_total, 2);
    assert_int_equal(last.bytes, 3);
    assert_int_equal(last.bytes_total, 3);
}

static void
same_second_with_another_content_gets_a_new_second(void **state)
{
    struct oid first;

    (void)state;
    scratch_write(&scratch, "ws/data/a", "one", T0);
    assert_int_equal(make(), 0);
    first = made.files.files[0].id;
    scratch_write(&scratch, "ws/data/a", "two", T0 + 1000);
    assert_int_equal(make(), 0);
    /* Back to the second of "one", and the next one is taken by "two". */
    scratch_write(&scratch, "ws/data/a", "three", T0);
    assert_int_equal(make(), 0);
    assert_int_equal(scratch_mtime_ms(&scratch, "ws/data/a"), T0 + 2000);
    assert_int_equal(made.files.files[0].updated, T0 + 2000);
    assert_false(oid_equal(&first, &made.files.files[0].id));
    assert_content("/a", "three");
    assert_int_equal(make(), SNAPSHOT_UNCHANGED);
}

static void
content_of_an_earlier_snapshot_may_come_back(void **state)
{
    struct oid first;

    (void)state;
    scratch_write(&scratch, "ws/data/a", "one", T0);
    assert_int_equal(make(), 0);
    first = made.files.files[0].id;
    scratch_write(&scratch, "ws/data/a", "two", T0 + 9000);
    assert_int_equal(make(), 0);
    scratch_write(&scratch, "ws/data/a", "one", T0);
    assert_int_equal(make(), 0);
    assert_true(oid_equal(&first, &made.files.files[0].id));
    assert_int_equal(scratch_mtime_ms(&scratch, "ws/data/a"), T0);
}

static void
change_within_the_second_is_not_lost(void **state)
{
    (void)state;
    scratch_write(&scratch, "ws/data/a", "one", T0);
    assert_int_equal(make(), 0);
    scratch_write(&scratch, "ws/data/a", "two", T0 + 500);
    assert_int_equal(make(), 0);
    assert_content("/a", "two");
    assert_int_equal(made.files.files[0].updated, T0 + 1500);
    scratch_touch(&scratch, "ws/data/a", T0 + 1600);
    assert_int_equal(make(), SNAPSHOT_UNCHANGED);
}

static int
make_as_nobody(void *ctx)
{
    int rc = open_repo();

    (void)ctx;
    if (rc == 0)
        rc = make();
    return rc < 0 && problem.kind == PROBLEM_UNREADABLE &&
                   strstr(problem.text, "/ws/data/b: ") != NULL
               ? 7
               : 1;
}

static void
unreadable_file_ends_the_snapshot(void **state)
{
    char path[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    scratch_write(&scratch, "ws/data/b", "2", T0);
    assert_int_equal(chmod(scratch_path(&scratch, "ws/data/b", path), 0), 0);
    assert_int_equal(scratch_as_nobody(&scratch, make_as_nobody, NULL), 7);
    assert_false(scratch_has(&scratch, "repo/refs/latest"));
}

static void
bad_workspaces_are_told_apart(void **state)
{
    char path[PATH_MAX];

    (void)state;
    assert_fails(make(), PROBLEM_NO_WORKSPACE, "/ws/data");
    assert_int_equal(mkdir(scratch_path(&scratch, "ws", path), 0755), 0);
    assert_int_equal(mkdir(scratch_path(&scratch, "ws/data", path), 0755), 0);
    assert_fails(make(), PROBLEM_EMPTY_WORKSPACE, "/ws/data");
    scratch_write(&scratch, "ws/data/bad\xfe", "", T0);
    assert_fails(make(), PROBLEM_UNSAFE_PATH, "/ws/data/bad\\xfe");
}

static void
syncignore_counts_and_must_be_readable(void **state)
{
    char path[PATH_MAX];

    (void)state;
    scratch_write(&scratch, "ws/data/.siyuan/syncignore", "*.log\n", T0);
    scratch_write(&scratch, "ws/data/a.log", "1", T0);
    assert_int_equal(make(), 0);
    assert_int_equal(made.files.count, 1);
    assert_string_equal(made.files.files[0].path, "/.siyuan/syncignore");
    scratch_path(&scratch, "ws/data/.siyuan/syncignore", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_fails(make(), PROBLEM_UNREADABLE, "/.siyuan/syncignore");
}

static void
wrong_cache_is_not_believed(void **state)
{
    struct snapshot s = {0};

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    assert_int_equal(make(), 0);
    scratch_write(&scratch, "repo/full-latest.json", "\x83\xa2ID", 0);
    assert_int_equal(snapshot_load_latest(&s, repo, &problem), 0);
    assert_int_equal(s.files.count, 1);
    assert_false(scratch_has(&scratch, "repo/full-latest.json"));
    snapshot_clear(&s);
    assert_int_equal(make(), SNAPSHOT_UNCHANGED);
}

/* A snapshot whose commit was cut off before refs/latest. */
static void
cache_of_an_uncommitted_snapshot_is_not_believed(void **state)
{
    struct snapshot s = {0};
    struct oid first;

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    assert_int_equal(make(), 0);
    first = made.index.id;
    scratch_write(&scratch, "ws/data/b", "2", T0);
    assert_int_equal(make(), 0);
    assert_int_equal(refs_write(repo, REFS_LATEST, &first, &problem), 0);
    assert_int_equal(snapshot_load_latest(&s, repo, &problem), 0);
    assert_int_equal(s.files.count, 1);
    snapshot_clear(&s);
}

static void
missing_object_is_damage_and_is_named(void **state)
{
    char object[OBJECTS_KEY_MAX];
    char path[PATH_MAX];
    struct snapshot s = {0};

    (void)state;
    scratch_write(&scratch, "ws/data/a", "1", T0);
    assert_int_equal(make(), 0);
    assert_int_equal(chdir(scratch_path(&scratch, "repo", path)), 0);
    assert_int_equal(unlink("full-latest.json"), 0);
    objects_key(&made.files.files[0].chunks[0], object);
    assert_int_equal(unlink(object), 0);
    assert_true(snapshot_load_latest(&s, repo, &problem) < 0);
    assert_int_equal(problem.kind, PROBLEM_DAMAGED);
    assert_non_null(strstr(problem.text, object));
    assert_int_equal(unlink(objects_key(&made.files.files[0].id, object)), 0);
    assert_true(snapshot_load_latest(&s, repo, &problem) < 0);
    assert_non_null(strstr(problem.text, object));
}

static void
no_snapshot_yet_is_no_failure(void **state)
{
    struct snapshot s = {0};
    struct oid id = {{1}};

    (void)state;
    assert_int_equal(snapshot_load_latest(&s, repo, &problem), SNAPSHOT_NONE);
    assert_int_equal(snapshot_load(&s, repo, &id, &problem), SNAPSHOT_NONE);
    assert_int_equal(problem.kind, PROBLEM_NONE);
}

static int
make_on_small_disk(void *ctx)
{
    int rc = open_repo();

    (void)ctx;
    if (rc != 0)
        return 1;
    rc = make();
    return rc < 0 && problem.kind == PROBLEM_DISK_FULL &&
                   !scratch_has(&scratch, "repo/refs/latest") &&
                   scratch_count(&scratch, "repo", ".tmp") == 0
               ? 7
               : 2;
}

static void
full_disk_is_told_and_nothing_is_named(void **state)
{
    unsigned char noise[400 << 10];
    uint32_t x = 1;
    int rc;

    (void)state;
    for (size_t i = 0; i < sizeof noise; i++) {
        x = x * 1103515245 + 12345;
        noise[i] = (unsigned char)(x >> 16);
    }
    scratch_write_bytes(&scratch, "ws/data/noise", noise, sizeof noise);
    repo_close(repo);
    repo = NULL;
    rc = scratch_with_small_disk(&scratch, "repo", make_on_small_disk, NULL);
    if (rc == -1)
        print_message("a small disk cannot be mounted here: not root\n");
    if (rc == -1)
        skip();
    assert_int_equal(rc, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_snapshot_holds_every_file),
        TEST(file_id_is_that_of_path_and_second),
        TEST(unchanged_workspace_gives_the_same_snapshot),
        TEST(new_changed_and_removed_files_make_a_new_snapshot),
        TEST(large_file_is_cut_and_comes_back),
        TEST(file_changed_while_read_is_read_again),
        TEST(file_that_never_rests_ends_the_snapshot),
        TEST(file_removed_while_read_is_left_out),
        TEST(set_flag_ends_the_snapshot),
        TEST(progress_ends_at_its_totals),
        TEST(same_second_with_another_content_gets_a_new_second),
        TEST(content_of_an_earlier_snapshot_may_come_back),
        TEST(change_within_the_second_is_not_lost),
        TEST(unreadable_file_ends_the_snapshot),
        TEST(bad_workspaces_are_told_apart),
        TEST(syncignore_counts_and_must_be_readable),
        TEST(wrong_cache_is_not_believed),
        TEST(cache_of_an_uncommitted_snapshot_is_not_believed),
        TEST(missing_object_is_damage_and_is_named),
        TEST(no_snapshot_yet_is_no_failure),
        TEST(full_disk_is_told_and_nothing_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
