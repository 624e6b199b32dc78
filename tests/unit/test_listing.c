#include "services/sync-engine/run/listing.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/objects.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *const PATHS[] = {"/c", "/a", "/b"};

static struct scratch folder;
static struct repo *repo;
static struct file_list known; /* /a, with a size no object has */
static struct oid ids[3];      /* in the order of PATHS */
static struct index_record x = {.files = ids, .count = 3};

static struct file_record
record_of(const char *path)
{
    static struct oid chunk;
    struct file_record f = {
        .path = path, .chunks = &chunk, .chunk_count = 1, .size = 1};

    assert_int_equal(oid_of_bytes(&chunk, "x", 1), 0);
    assert_int_equal(oid_of_file(&f.id, path, 0), 0);
    return f;
}

static int
setup(void **state)
{
    struct repo_key key = {{0}};
    char path[PATH_MAX];
    struct problem p = {0};
    const struct repo_options opt = {.key = &key, .path = path};

    (void)state;
    log_init("test", LOG_ERROR, false);
    scratch_make(&folder);
    (void)scratch_path(&folder, "repo", path);
    assert_int_equal(repo_open(&repo, &opt, &p), 0);
    for (size_t i = 0; i < 3; i++) {
        struct file_record f = record_of(PATHS[i]);
        struct buffer json = {0};

        ids[i] = f.id;
        assert_int_equal(file_record_encode(&json, &f), 0);
        assert_int_equal(objects_write(repo_objects(repo), repo_worker(repo),
                                       &f.id, &json, &p),
                         0);
        buffer_clear(&json);
        f.size = 77;
        if (strcmp(f.path, "/a") == 0)
            assert_int_equal(file_list_add(&known, &f), 0);
    }
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    file_list_clear(&known);
    repo_close(repo);
    scratch_remove(&folder);
    return 0;
}

static void
known_records_are_copied_the_others_read(void **state)
{
    const struct listing_source source = {
        .index = &x, .known = &known, .workers = 1};
    struct file_list l = {0};
    struct problem p = {0};

    (void)state;
    assert_int_equal(listing_load(&l, repo, &source, &p), 0);
    assert_int_equal(l.count, 3);
    assert_string_equal(l.files[0].path, "/a");
    assert_int_equal(l.files[0].size, 77);
    assert_string_equal(l.files[2].path, "/c");
    assert_int_equal(l.files[2].size, 1);
    file_list_clear(&l);
}

static void
a_file_object_nobody_has_is_damage(void **state)
{
    const struct listing_source source = {
        .index = &x, .known = &known, .workers = 1};
    struct file_list l = {0};
    struct problem p = {0};

    (void)state;
    assert_int_equal(oid_random(&ids[1]), 0);
    assert_true(listing_load(&l, repo, &source, &p) < 0);
    assert_int_equal(p.kind, PROBLEM_DAMAGED);
    assert_int_equal(l.count, 0);
    assert_null(l.files);
}

static void
the_order_of_the_index_comes_back(void **state)
{
    const struct listing_source source = {.index = &x, .workers = 1};
    struct file_list l = {0};
    struct file_list ordered;
    struct problem p = {0};

    (void)state;
    assert_int_equal(listing_load(&l, repo, &source, &p), 0);
    assert_int_equal(listing_order(&ordered, &x, &l, NULL), 0);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(ordered.files[i].path, PATHS[i]);
    free(ordered.files);
    assert_int_equal(oid_random(&ids[0]), 0);
    assert_int_equal(listing_order(&ordered, &x, NULL, &l), -ENOENT);
    assert_null(ordered.files);
    file_list_clear(&l);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(known_records_are_copied_the_others_read),
        TEST(a_file_object_nobody_has_is_damage),
        TEST(the_order_of_the_index_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
