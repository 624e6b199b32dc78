#include "services/sync-engine/run/fetch.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/objects.h"
#include "tests/support/memory_store.h"
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

#define UPDATED INT64_C(1700000000123)

/* What another device has put into the store, and our own repository. */
static struct scratch folder;
static struct store *store;
static struct repo *theirs;
static struct repo *ours;
static size_t told; /* calls of on_fetched */
static bool stop;

static struct repo *
open_repo(const char *name, unsigned char key_byte)
{
    struct repo_key key;
    char path[PATH_MAX];
    struct problem p = {0};
    struct repo *r;
    const struct repo_options opt = {.path = scratch_path(&folder, name, path),
                                     .key = &key};

    memset(&key, key_byte, sizeof key);
    if (repo_open(&r, &opt, &p) != 0)
        fail_msg("%s", p.text);
    return r;
}

static int
setup(void **state)
{
    (void)state;
    log_init("test", LOG_ERROR, false);
    scratch_make(&folder);
    store = memory_store_new();
    theirs = open_repo("theirs", 1);
    ours = open_repo("ours", 1);
    told = 0;
    stop = false;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    repo_close(theirs);
    repo_close(ours);
    store_close(store);
    scratch_remove(&folder);
    return 0;
}

/* Seal plain bytes under id and put them into the store. */
static void
publish(const struct oid *id, const char *plain, size_t len)
{
    char key[OBJECTS_KEY_MAX];
    const struct buffer text = {.data = (unsigned char *)(uintptr_t)plain,
                                .len = len};
    const struct store_body body = {.dir_fd = repo_dir(theirs),
                                    .path = objects_key(id, key)};
    struct problem p = {0};
    struct fault f = {0};

    assert_int_equal(
        objects_write(repo_objects(theirs), repo_worker(theirs), id, &text, &p),
        0);
    assert_int_equal(store_put(store, key, &body, STORE_REPLACE, &f), 0);
}

static struct oid
publish_chunk(const char *text)
{
    struct oid id;

    assert_int_equal(oid_of_bytes(&id, text, strlen(text)), 0);
    publish(&id, text, strlen(text));
    return id;
}

/* A file object with this path in its JSON and an id that fits it. */
static struct oid
publish_file(const char *path, const char *chunk)
{
    struct buffer json = {0};
    struct oid chunk_id = publish_chunk(chunk);
    struct file_record f = {.path = path,
                            .chunks = &chunk_id,
                            .chunk_count = 1,
                            .size = (int64_t)strlen(chunk),
                            .updated = UPDATED};

    assert_int_equal(oid_of_file(&f.id, path, UPDATED), 0);
    assert_int_equal(file_record_encode(&json, &f), 0);
    publish(&f.id, (const char *)json.data, json.len);
    buffer_clear(&json);
    return f.id;
}

static void
on_fetched(void *ctx, const struct plan_object *object)
{
    (void)ctx;
    (void)object;
    told++;
}

static int
should_stop(void *ctx, struct fault *f)
{
    (void)ctx;
    return stop ? fault_set(f, CODE_LOCKED, "the lock is lost") : 0;
}

typedef int (*fetch_fn)(const struct fetch_options *opt,
                        const struct plan_list *list, struct fetch_count *got,
                        struct fault *f);

/* Fetch one object; the code of what became of it. */
static struct fault
fetch(fetch_fn fn, const struct oid *id, bool key_known)
{
    const struct fetch_options opt = {
        .store = store,
        .repo = ours,
        .workers = 1,
        .key_known = key_known,
        .should_stop = should_stop,
        .on_fetched = on_fetched,
    };
    struct plan_object object = {.id = *id};
    const struct plan_list list = {.objects = &object, .count = 1};
    struct fetch_count got = {0};
    struct fault f = {0};
    int rc = fn(&opt, &list, &got, &f);

    assert_int_equal(rc < 0, f.code != CODE_OK);
    assert_int_equal(got.objects, rc == 0);
    assert_int_equal(told, got.objects);
    told = 0;
    return f;
}

static bool
is_here(const struct oid *id)
{
    struct problem p = {0};

    return objects_exists(repo_objects(ours), id, &p) == 0;
}

static void
assert_refused(fetch_fn fn, const struct oid *id, enum code code)
{
    char key[OBJECTS_KEY_MAX];
    struct fault f = fetch(fn, id, true);

    assert_int_equal(f.code, code);
    assert_non_null(strstr(f.cause, objects_key(id, key)));
    assert_false(is_here(id));
}

static void
what_was_published_arrives(void **state)
{
    struct oid chunk = publish_chunk("content");
    struct oid empty = publish_chunk("");
    struct oid file = publish_file("/doc.sy", "content");
    struct arena arena = {0};
    struct objects_file read = {.arena = &arena};
    struct problem p = {0};

    (void)state;
    assert_int_equal(fetch(fetch_chunks, &chunk, true).code, CODE_OK);
    assert_int_equal(fetch(fetch_chunks, &empty, true).code, CODE_OK);
    assert_int_equal(fetch(fetch_files, &file, true).code, CODE_OK);
    assert_int_equal(objects_read_file(repo_objects(ours), repo_worker(ours),
                                       &file, &read, &p),
                     0);
    assert_string_equal(read.record.path, "/doc.sy");
    assert_int_equal(objects_read_chunk(repo_objects(ours), repo_worker(ours),
                                        &chunk, &repo_worker(ours)->plain, &p),
                     0);
    assert_true(is_here(&empty));
    arena_clear(&arena);
}

static void
a_missing_object_is_named(void **state)
{
    struct oid id;

    (void)state;
    assert_int_equal(oid_of_bytes(&id, "x", 1), 0);
    assert_refused(fetch_chunks, &id, CODE_NOT_FOUND);
    assert_refused(fetch_files, &id, CODE_NOT_FOUND);
}

static void
content_that_is_not_its_name_is_damage(void **state)
{
    struct oid id;

    (void)state;
    assert_int_equal(oid_of_bytes(&id, "one", 3), 0);
    publish(&id, "two", 3);
    assert_refused(fetch_chunks, &id, CODE_NOT_FOUND);
    assert_refused(fetch_files, &id, CODE_NOT_FOUND);
}

static void
bytes_that_are_no_object_are_damage(void **state)
{
    static const char *const noise[] = {"", "x", "0123456789012345678901234567",
                                        "01234567890123456789012345678901234"};
    struct oid id = publish_chunk("content");
    char key[OBJECTS_KEY_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++) {
        memory_store_set(store, objects_key(&id, key), noise[i]);
        assert_refused(fetch_chunks, &id, CODE_NOT_FOUND);
    }
}

/* Only an index that proves the key tells damage from another key. */
static void
what_does_not_open_may_be_another_key(void **state)
{
    struct oid id;

    (void)state;
    repo_close(theirs);
    theirs = open_repo("others", 2);
    id = publish_chunk("content");
    assert_int_equal(fetch(fetch_chunks, &id, false).code, CODE_KEY_MISMATCH);
    assert_int_equal(fetch(fetch_chunks, &id, true).code, CODE_NOT_FOUND);
}

static void
a_file_object_under_another_id_is_damage(void **state)
{
    struct oid id = publish_file("/a.sy", "x");
    struct oid other;
    struct buffer json = {0};
    struct arena arena = {0};
    struct objects_file read = {.arena = &arena};
    struct problem p = {0};

    (void)state;
    assert_int_equal(objects_read_file(repo_objects(theirs),
                                       repo_worker(theirs), &id, &read, &p),
                     0);
    assert_int_equal(file_record_encode(&json, &read.record), 0);
    assert_int_equal(oid_of_file(&other, "/b.sy", UPDATED), 0);
    publish(&other, (const char *)json.data, json.len);
    assert_refused(fetch_files, &other, CODE_NOT_FOUND);
    buffer_clear(&json);
    arena_clear(&arena);
}

static void
an_unsafe_path_is_refused(void **state)
{
    static const char *const paths[] = {"/../etc/passwd", "etc", "/a//b",
                                        "/a/./b", "/"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct oid id = publish_file(paths[i], "x");

        assert_refused(fetch_files, &id, CODE_UNSAFE_PATH);
    }
}

/* 9 MiB of zeros pack to almost nothing. */
static void
a_chunk_that_unpacks_to_more_than_a_chunk_is_damage(void **state)
{
    size_t len = (size_t)PACK_CHUNK_MAX + 1;
    char *zeros = calloc(len, 1);
    struct oid id;

    (void)state;
    assert_non_null(zeros);
    assert_int_equal(oid_of_bytes(&id, zeros, len), 0);
    publish(&id, zeros, len);
    assert_refused(fetch_chunks, &id, CODE_NOT_FOUND);
    free(zeros);
}

static void
what_the_store_says_is_passed_on(void **state)
{
    struct oid id = publish_chunk("content");

    (void)state;
    memory_store_fail(store, "get", "objects/", CODE_TIMEOUT, 0);
    assert_int_equal(fetch(fetch_chunks, &id, true).code, CODE_TIMEOUT);
    memory_store_fail(store, NULL, NULL, CODE_OK, 0);
    stop = true;
    assert_int_equal(fetch(fetch_chunks, &id, true).code, CODE_LOCKED);
    assert_false(is_here(&id));
}

static void
only_what_is_missing_is_listed_and_once(void **state)
{
    struct oid here = publish_file("/here.sy", "here");
    struct oid away = publish_file("/away.sy", "away");
    const struct oid ids[] = {away, here, away};
    const struct index_record index = {.files = ids, .count = 3};
    struct plan_list list;
    struct problem p = {0};

    (void)state;
    assert_int_equal(fetch(fetch_files, &here, true).code, CODE_OK);
    assert_int_equal(fetch_find_files(&list, ours, &index, &p), 0);
    assert_int_equal(list.count, 1);
    assert_true(oid_equal(&list.objects[0].id, &away));
    free(list.objects);
}

static void
missing_chunks_of_all_files_are_listed_once(void **state)
{
    struct oid chunks[2] = {publish_chunk("one"), publish_chunk("two")};
    struct file_record files[] = {
        {.chunks = chunks, .chunk_count = 2, .size = 6},
        {.chunks = &chunks[1], .chunk_count = 1, .size = 3},
    };
    const struct file_list l = {.files = files, .count = 2};
    struct plan_list list;
    struct problem p = {0};

    (void)state;
    assert_int_equal(fetch_find_chunks(&list, ours, &l, &p), 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.objects[0].size_bytes, 3);
    free(list.objects);
    assert_int_equal(fetch(fetch_chunks, &chunks[0], true).code, CODE_OK);
    assert_int_equal(fetch_find_chunks(&list, ours, &l, &p), 0);
    assert_int_equal(list.count, 1);
    free(list.objects);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_published_arrives),
        TEST(a_missing_object_is_named),
        TEST(content_that_is_not_its_name_is_damage),
        TEST(bytes_that_are_no_object_are_damage),
        TEST(what_does_not_open_may_be_another_key),
        TEST(a_file_object_under_another_id_is_damage),
        TEST(an_unsafe_path_is_refused),
        TEST(a_chunk_that_unpacks_to_more_than_a_chunk_is_damage),
        TEST(what_the_store_says_is_passed_on),
        TEST(only_what_is_missing_is_listed_and_once),
        TEST(missing_chunks_of_all_files_are_listed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
