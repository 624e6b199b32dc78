#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/repo.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct repo_key key = {.bytes = "0123456789abcdef0123456789abcde"};

static struct scratch scratch;
static struct repo *repo;
static struct problem problem;

static void
open_repo(void)
{
    char path[PATH_MAX];
    const struct repo_options opt = {
        .path = scratch_path(&scratch, "repo", path), .key = &key};

    assert_int_equal(repo_open(&repo, &opt, &problem), 0);
}

static int
setup(void **state)
{
    (void)state;
    problem = (struct problem){0};
    scratch_make(&scratch);
    open_repo();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    repo_close(repo);
    scratch_remove(&scratch);
    return 0;
}

static struct oid
id_of(const void *data, size_t len)
{
    struct oid id;

    assert_int_equal(oid_of_bytes(&id, data, len), 0);
    return id;
}

static int
store(const struct oid *id, const char *text)
{
    char copy[64];
    const struct buffer plain = {.data = (unsigned char *)copy,
                                 .len = strlen(text)};

    memcpy(copy, text, plain.len);
    return objects_write(repo_objects(repo), repo_worker(repo), id, &plain,
                         &problem);
}

/* Name of an object's file, relative to the scratch folder. */
static char *
file_of(const struct oid *id, char out[OBJECTS_KEY_MAX + 8])
{
    char key_text[OBJECTS_KEY_MAX];

    (void)snprintf(out, OBJECTS_KEY_MAX + 8, "repo/%s",
                   objects_key(id, key_text));
    return out;
}

static void
key_is_that_of_the_format(void **state)
{
    struct oid id = id_of("base\n", 5);
    char name[OBJECTS_KEY_MAX];

    (void)state;
    assert_string_equal(objects_key(&id, name),
                        "objects/51/c64a6f4fc375daf0d24aafbabe4d91b6f4bb44");
}

static void
what_is_written_is_read_back(void **state)
{
    struct oid id = id_of("base\n", 5);
    struct buffer out = {0};
    char name[OBJECTS_KEY_MAX + 8];
    uint64_t size = 0;

    (void)state;
    assert_int_equal(objects_exists(repo_objects(repo), &id, &problem),
                     OBJECTS_ABSENT);
    assert_int_equal(store(&id, "base\n"), 0);
    assert_int_equal(objects_exists(repo_objects(repo), &id, &problem), 0);
    assert_true(scratch_has(&scratch, file_of(&id, name)));
    assert_int_equal(objects_read_chunk(repo_objects(repo), repo_worker(repo),
                                        &id, &out, &problem),
                     0);
    assert_int_equal(out.len, 5);
    assert_memory_equal(out.data, "base\n", 5);
    assert_int_equal(
        objects_stored_size(repo_objects(repo), &id, &size, &problem), 0);
    assert_int_equal(size, 5 + 9 + CIPHER_OVERHEAD);
    assert_int_equal(scratch_count(&scratch, "repo", ".tmp"), 0);
    buffer_clear(&out);
}

static void
empty_chunk_is_an_object_too(void **state)
{
    struct oid id = id_of("", 0);
    struct buffer out = {0};

    (void)state;
    assert_int_equal(store(&id, ""), 0);
    assert_int_equal(objects_read_chunk(repo_objects(repo), repo_worker(repo),
                                        &id, &out, &problem),
                     0);
    assert_int_equal(out.len, 0);
    buffer_clear(&out);
}

static void
absent_object_is_no_failure(void **state)
{
    struct oid id = id_of("x", 1);
    struct buffer out = {0};

    (void)state;
    assert_int_equal(objects_read_chunk(repo_objects(repo), repo_worker(repo),
                                        &id, &out, &problem),
                     OBJECTS_ABSENT);
    assert_int_equal(problem.kind, PROBLEM_NONE);
    buffer_clear(&out);
}

static void
existing_object_is_never_rewritten(void **state)
{
    struct oid id = id_of("one", 3);
    struct buffer out = {0};

    (void)state;
    assert_int_equal(store(&id, "one"), 0);
    assert_int_equal(store(&id, "two"), 0);
    assert_int_equal(objects_read_chunk(repo_objects(repo), repo_worker(repo),
                                        &id, &out, &problem),
                     0);
    assert_memory_equal(out.data, "one", 3);
    buffer_clear(&out);
}

static void
assert_damaged(const struct oid *id)
{
    struct buffer out = {0};
    char name[OBJECTS_KEY_MAX];

    assert_true(objects_read_chunk(repo_objects(repo), repo_worker(repo), id,
                                   &out, &problem) < 0);
    assert_int_equal(problem.kind, PROBLEM_DAMAGED);
    assert_non_null(strstr(problem.text, objects_key(id, name)));
    buffer_clear(&out);
}

static void
flipped_bit_and_cut_file_are_damage(void **state)
{
    struct oid id = id_of("one", 3);
    char name[OBJECTS_KEY_MAX + 8];
    char path[PATH_MAX];
    unsigned char zeros[64] = {0};

    (void)state;
    assert_int_equal(store(&id, "one"), 0);
    scratch_path(&scratch, file_of(&id, name), path);
    assert_int_equal(truncate(path, 30), 0);
    assert_damaged(&id);
    assert_int_equal(truncate(path, 0), 0);
    assert_damaged(&id);
    scratch_write_bytes(&scratch, name, zeros, sizeof zeros);
    assert_damaged(&id);
}

static void
content_under_a_wrong_name_is_damage(void **state)
{
    struct oid id = id_of("one", 3);

    (void)state;
    assert_int_equal(store(&id, "two"), 0);
    assert_damaged(&id);
}

static void
file_record_is_read_back_and_verified(void **state)
{
    const struct oid chunk = id_of("base\n", 5);
    struct file_record f = {.path = "/doc.txt",
                            .size = 5,
                            .updated = 1700000000123,
                            .chunk_count = 1,
                            .chunks = &chunk};
    struct arena arena = {0};
    struct objects_file out = {.arena = &arena};
    struct buffer json = {0};
    struct oid other = id_of("other", 5);

    (void)state;
    assert_int_equal(oid_of_file(&f.id, f.path, f.updated), 0);
    assert_int_equal(file_record_encode(&json, &f), 0);
    assert_int_equal(objects_write(repo_objects(repo), repo_worker(repo), &f.id,
                                   &json, &problem),
                     0);
    assert_int_equal(objects_write(repo_objects(repo), repo_worker(repo),
                                   &other, &json, &problem),
                     0);
    assert_int_equal(objects_read_file(repo_objects(repo), repo_worker(repo),
                                       &f.id, &out, &problem),
                     0);
    assert_string_equal(out.record.path, "/doc.txt");
    assert_int_equal(out.record.updated, 1700000000123);
    assert_true(oid_equal(out.record.chunks, &chunk));
    assert_true(objects_read_file(repo_objects(repo), repo_worker(repo), &other,
                                  &out, &problem) < 0);
    assert_int_equal(problem.kind, PROBLEM_DAMAGED);
    buffer_clear(&json);
    arena_clear(&arena);
}

/* 4 000 bytes that do not pack. */
static int
write_noise(struct oid *id)
{
    unsigned char noise[4000];
    const struct buffer plain = {.data = noise, .len = sizeof noise};
    uint32_t x = 1;

    for (size_t i = 0; i < sizeof noise; i++) {
        x = x * 1103515245 + 12345;
        noise[i] = (unsigned char)(x >> 16);
    }
    *id = id_of(noise, sizeof noise);
    return objects_write(repo_objects(repo), repo_worker(repo), id, &plain,
                         &problem);
}

static void
refused_write_is_a_full_disk_and_leaves_nothing(void **state)
{
    struct rlimit before;
    struct rlimit small;
    struct oid id;
    int rc;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    rc = write_noise(&id);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(rc < 0);
    assert_int_equal(problem.kind, PROBLEM_DISK_FULL);
    assert_int_equal(scratch_count(&scratch, "repo", ".tmp"), 0);
    assert_int_equal(objects_exists(repo_objects(repo), &id, &problem),
                     OBJECTS_ABSENT);
}

static void
objects_below_are_found_and_not_written_again(void **state)
{
    struct oid id = id_of("below", 5);
    char path[PATH_MAX];
    const struct repo_options opt = {
        .path = scratch_path(&scratch, "above", path), .key = &key};
    struct buffer read = {0};
    struct repo *above;
    struct problem p = {0};
    uint64_t size;

    (void)state;
    assert_int_equal(store(&id, "below"), 0);
    assert_int_equal(repo_open(&above, &opt, &p), 0);
    assert_int_equal(objects_exists(repo_objects(above), &id, &p),
                     OBJECTS_ABSENT);
    objects_look_below(repo_objects(above), repo_dir(repo));
    assert_int_equal(objects_exists(repo_objects(above), &id, &p), 0);
    assert_int_equal(objects_read_chunk(repo_objects(above), repo_worker(above),
                                        &id, &read, &p),
                     0);
    assert_memory_equal(read.data, "below", 5);
    assert_int_equal(
        objects_write(repo_objects(above), repo_worker(above), &id, &read, &p),
        0);
    objects_look_below(repo_objects(above), -1);
    assert_int_equal(objects_stored_size(repo_objects(above), &id, &size, &p),
                     OBJECTS_ABSENT);
    buffer_clear(&read);
    repo_close(above);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(key_is_that_of_the_format),
        TEST(what_is_written_is_read_back),
        TEST(empty_chunk_is_an_object_too),
        TEST(absent_object_is_no_failure),
        TEST(existing_object_is_never_rewritten),
        TEST(flipped_bit_and_cut_file_are_damage),
        TEST(content_under_a_wrong_name_is_damage),
        TEST(file_record_is_read_back_and_verified),
        TEST(objects_below_are_found_and_not_written_again),
        TEST(refused_write_is_a_full_disk_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
