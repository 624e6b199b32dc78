#include "services/sync-engine/repo/refs.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct repo_key key = {.bytes = "0123456789abcdef0123456789abcde"};

static struct scratch scratch;
static struct repo *repo;
static struct problem problem;

static int
setup(void **state)
{
    char path[PATH_MAX];
    struct repo_options opt = {.key = &key};

    (void)state;
    problem = (struct problem){0};
    scratch_make(&scratch);
    opt.path = scratch_path(&scratch, "repo", path);
    return repo_open(&repo, &opt, &problem);
}

static int
teardown(void **state)
{
    (void)state;
    repo_close(repo);
    scratch_remove(&scratch);
    return 0;
}

static void
missing_ref_is_absent(void **state)
{
    struct oid id;

    (void)state;
    assert_int_equal(refs_read(repo, REFS_LATEST, &id, &problem), REFS_ABSENT);
    assert_int_equal(problem.kind, PROBLEM_NONE);
}

static void
ref_is_forty_bytes_and_is_read_back(void **state)
{
    struct oid id = {.bytes = {0xab, 0xcd, 1}};
    struct oid other = {.bytes = {1}};
    struct oid found;
    struct stat st;
    char path[PATH_MAX];

    (void)state;
    assert_int_equal(refs_write(repo, REFS_LATEST, &other, &problem), 0);
    assert_int_equal(refs_write(repo, REFS_LATEST, &id, &problem), 0);
    assert_int_equal(refs_read(repo, REFS_LATEST, &found, &problem), 0);
    assert_true(oid_equal(&id, &found));
    scratch_path(&scratch, "repo/refs/latest", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 40);
    assert_int_equal(refs_read(repo, REFS_LATEST_SYNC, &found, &problem),
                     REFS_ABSENT);
    assert_int_equal(scratch_count(&scratch, "repo", ".tmp"), 0);
}

static void
anything_but_forty_hex_characters_is_damage(void **state)
{
    static const char *const bad[] = {
        "",
        "356a192b7913b04c54574d18c28d46e6395428a",
        "356a192b7913b04c54574d18c28d46e6395428ab\n",
        "356A192b7913b04c54574d18c28d46e6395428ab",
        "../../../../../../../../../../../../etc/x",
    };
    struct oid id = {.bytes = {9}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        problem.kind = PROBLEM_NONE;
        scratch_write(&scratch, "repo/refs/latest", bad[i], 0);
        assert_true(refs_read(repo, REFS_LATEST, &id, &problem) < 0);
        assert_int_equal(problem.kind, PROBLEM_DAMAGED);
        assert_non_null(strstr(problem.text, "refs/latest"));
        assert_int_equal(id.bytes[0], 9);
    }
}

static void
failed_write_keeps_the_old_ref(void **state)
{
    struct oid id = {.bytes = {1}};
    struct oid found;
    char path[PATH_MAX];

    (void)state;
    /* The name cannot be taken over: a folder that is not empty has it. */
    scratch_write(&scratch, "repo/refs/latest-sync/x", "", 0);
    assert_true(refs_write(repo, REFS_LATEST_SYNC, &id, &problem) < 0);
    assert_non_null(strstr(problem.text, "refs/latest-sync"));
    assert_true(scratch_has(&scratch, "repo/refs/latest-sync/x"));
    assert_int_equal(scratch_count(&scratch, "repo", ".tmp"), 0);
    assert_int_equal(
        unlink(scratch_path(&scratch, "repo/refs/latest-sync/x", path)), 0);
    assert_true(refs_read(repo, REFS_LATEST_SYNC, &found, &problem) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(missing_ref_is_absent),
        TEST(ref_is_forty_bytes_and_is_read_back),
        TEST(anything_but_forty_hex_characters_is_damage),
        TEST(failed_write_keeps_the_old_ref),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
