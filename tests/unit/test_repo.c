#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/recover.h"
#include "services/sync-engine/repo/repo.h"
#include "services/sync-engine/repo/worker.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static const struct repo_key key = {.bytes = "0123456789abcdef0123456789abcde"};
static const struct repo_key other_key = {.bytes = "another"};

static struct scratch scratch;
static struct repo *repo;
static struct problem problem;

static int
open_with(const struct repo_key *k)
{
    char path[PATH_MAX];
    const struct repo_options opt = {
        .path = scratch_path(&scratch, "repo", path), .key = k};

    repo_close(repo);
    problem = (struct problem){0};
    return repo_open(&repo, &opt, &problem);
}

static int
setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return open_with(&key);
}

static int
teardown(void **state)
{
    (void)state;
    repo_close(repo);
    repo = NULL;
    scratch_remove(&scratch);
    return 0;
}

static struct oid
store(const char *text)
{
    char copy[32];
    const struct buffer plain = {.data = (unsigned char *)copy,
                                 .len = strlen(text)};
    struct oid id;

    memcpy(copy, text, plain.len);
    assert_int_equal(oid_of_bytes(&id, copy, plain.len), 0);
    assert_int_equal(objects_write(repo_objects(repo), repo_worker(repo), &id,
                                   &plain, &problem),
                     0);
    return id;
}

static bool
has(const struct oid *id)
{
    return objects_exists(repo_objects(repo), id, &problem) == 0;
}

static void
tear(const struct oid *id)
{
    char name[OBJECTS_KEY_MAX];
    char path[PATH_MAX];

    assert_int_equal(chdir(scratch_path(&scratch, "repo", path)), 0);
    assert_int_equal(truncate(objects_key(id, name), 10), 0);
}

static void
same_key_opens_again_and_another_is_told(void **state)
{
    (void)state;
    assert_int_equal(open_with(&key), 0);
    assert_true(open_with(&other_key) < 0);
    assert_null(repo);
    assert_int_equal(problem.kind, PROBLEM_WRONG_KEY);
    assert_non_null(strstr(problem.text, scratch.path));
}

static void
damaged_key_check_is_told(void **state)
{
    (void)state;
    scratch_write(&scratch, "repo/key-check", "short", 0);
    assert_true(open_with(&key) < 0);
    assert_int_equal(problem.kind, PROBLEM_DAMAGED);
}

static void
folder_that_cannot_be_made_is_named(void **state)
{
    const struct repo_options opt = {.path = "/nowhere/at/all", .key = &key};
    struct repo *none = repo;

    (void)state;
    assert_int_equal(repo_open(&none, &opt, &problem), -ENOENT);
    assert_null(none);
    assert_non_null(strstr(problem.text, "/nowhere/at/all"));
}

static void
leftovers_of_a_killed_run_are_swept(void **state)
{
    struct oid id = store("one");

    (void)state;
    assert_int_equal(repo_begin(repo, &problem), 0);
    scratch_write(&scratch, "repo/objects/ab/cdef0000001.tmp", "half", 0);
    scratch_write(&scratch, "repo/indexes/cdef0000001.tmp", "half", 0);
    scratch_write(&scratch, "repo/refs/latest0000001.tmp", "half", 0);
    scratch_write(&scratch, "repo/full-latest.json0000001.tmp", "half", 0);
    assert_int_equal(open_with(&key), 0);
    assert_int_equal(scratch_count(&scratch, "repo", ".tmp"), 0);
    assert_true(has(&id));
}

static void
torn_objects_are_removed_after_the_machine_went_down(void **state)
{
    struct oid good;
    struct oid torn;

    (void)state;
    assert_int_equal(repo_begin(repo, &problem), 0);
    scratch_write(&scratch, "repo/" RECOVER_MARKER, "another boot", 0);
    good = store("good");
    torn = store("torn");
    tear(&torn);
    assert_int_equal(open_with(&key), 0);
    assert_true(has(&good));
    assert_false(has(&torn));
    assert_false(scratch_has(&scratch, "repo/" RECOVER_MARKER));
}

static void
durable_objects_are_not_read_again(void **state)
{
    struct oid old = store("old");
    char name[OBJECTS_KEY_MAX + 8] = "repo/";

    (void)state;
    tear(&old);
    objects_key(&old, name + 5);
    scratch_touch(&scratch, name, 1700000000000);
    scratch_write(&scratch, "repo/" RECOVER_MARKER, "another boot", 0);
    assert_int_equal(open_with(&key), 0);
    assert_true(has(&old));
}

static void
marker_stays_until_the_run_is_committed(void **state)
{
    (void)state;
    assert_int_equal(repo_begin(repo, &problem), 0);
    assert_int_equal(open_with(&key), 0);
    assert_true(scratch_has(&scratch, "repo/" RECOVER_MARKER));
    assert_int_equal(repo_begin(repo, &problem), 0);
    repo_end(repo);
    assert_false(scratch_has(&scratch, "repo/" RECOVER_MARKER));
}

static struct index_record
make_index(struct oid *files)
{
    static char check[CIPHER_CHECK_MAX];
    struct index_record x = {
        .id = {.bytes = {0x35, 0x6a}},
        .memo = "[Sync] Cloud sync",
        .created = 1700000001234,
        .files = files,
        .count = 1,
        .size = 5,
        .system_id = "device-id-0",
        .system_name = "host",
        .system_os = "linux",
        .key_check = check,
    };

    assert_int_equal(cipher_check_make(repo_worker(repo)->cipher, check), 0);
    return x;
}

static void
index_is_stored_with_its_time_and_loaded_again(void **state)
{
    struct oid file = {.bytes = {1}};
    struct index_record x = make_index(&file);
    struct index_record found;
    struct arena arena = {0};
    char name[INDEXES_KEY_MAX + 8] = "repo/";

    (void)state;
    assert_int_equal(indexes_load(repo, &x.id, &found, &arena, &problem),
                     INDEXES_ABSENT);
    assert_int_equal(indexes_store(repo, &x, &problem), 0);
    indexes_key(&x.id, name + 5);
    assert_int_equal(scratch_mtime_ms(&scratch, name), 1700000001234);
    x.memo = "[Sync] Cloud sync, completed in 0.01s";
    assert_int_equal(indexes_store(repo, &x, &problem), 0);
    assert_int_equal(indexes_load(repo, &x.id, &found, &arena, &problem), 0);
    assert_string_equal(found.memo, x.memo);
    assert_int_equal(found.count, 1);
    assert_true(oid_equal(&found.files[0], &file));
    arena_clear(&arena);
}

static void
index_of_another_key_or_name_is_told(void **state)
{
    struct oid file = {.bytes = {1}};
    struct index_record x = make_index(&file);
    struct index_record found;
    struct arena arena = {0};
    char name[INDEXES_KEY_MAX + 8] = "repo/";

    (void)state;
    x.key_check = "AAECAwQFBgcICQoLXozCCbh24Kzw9iZ4xVjyw6DUIMhSZA==";
    assert_int_equal(indexes_store(repo, &x, &problem), 0);
    assert_true(indexes_load(repo, &x.id, &found, &arena, &problem) < 0);
    assert_int_equal(problem.kind, PROBLEM_WRONG_KEY);
    indexes_key(&x.id, name + 5);
    scratch_write(&scratch, name, "no zstd", 0);
    assert_true(indexes_load(repo, &x.id, &found, &arena, &problem) < 0);
    assert_int_equal(problem.kind, PROBLEM_DAMAGED);
    assert_non_null(strstr(problem.text, name + 5));
    arena_clear(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(same_key_opens_again_and_another_is_told),
        TEST(damaged_key_check_is_told),
        TEST(folder_that_cannot_be_made_is_named),
        TEST(leftovers_of_a_killed_run_are_swept),
        TEST(torn_objects_are_removed_after_the_machine_went_down),
        TEST(durable_objects_are_not_read_again),
        TEST(marker_stays_until_the_run_is_committed),
        TEST(index_is_stored_with_its_time_and_loaded_again),
        TEST(index_of_another_key_or_name_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
