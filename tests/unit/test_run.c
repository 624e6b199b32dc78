#include "services/sync-engine/run/run.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/cloud/lock.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/refs.h"
#include "services/sync-engine/run/remote.h"
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

#define FOREIGN "{\"deviceID\":\"them\",\"time\":1}"

/* A device: its repository, what it syncs, how far it says it is. */
struct device {
    struct repo *repo;
    struct progress *progress;
    struct cancel cancel;
    char workspace[PATH_MAX];
    char name[16];
};

static struct scratch folder;
static struct store *store;
static struct device us;

static void
open_device(struct device *d, const char *name, unsigned char key_byte)
{
    static const struct state base = {.name = STATE_IDLE};
    const struct progress_options progress = {.base = &base,
                                              .now_ms = clock_monotonic_ms};
    struct repo_key key;
    char path[PATH_MAX];
    char file[64];
    struct problem p = {0};
    const struct repo_options opt = {.path = scratch_path(&folder, name, path),
                                     .key = &key};

    memset(&key, key_byte, sizeof key);
    *d = (struct device){0};
    (void)snprintf(d->name, sizeof d->name, "%s", name);
    (void)snprintf(file, sizeof file, "%s-ws/data/first.sy", name);
    scratch_write(&folder, file, "first", 1700000000000);
    (void)snprintf(file, sizeof file, "%s-ws/data/box/second.sy", name);
    /* Another time, else both devices' file has one id: it ignores content. */
    scratch_write(&folder, file, name,
                  1700000000000 + 1000 * (int64_t)strlen(name));
    (void)snprintf(file, sizeof file, "%s-ws", name);
    scratch_path(&folder, file, d->workspace);
    if (repo_open(&d->repo, &opt, &p) != 0)
        fail_msg("%s", p.text);
    assert_int_equal(progress_new(&d->progress, &progress), 0);
    assert_int_equal(cancel_init(&d->cancel), 0);
}

static void
close_device(struct device *d)
{
    repo_close(d->repo);
    progress_free(d->progress);
    cancel_clear(&d->cancel);
}

static struct run_result
run(struct device *d)
{
    const struct run_options opt = {
        .direction = RUN_UPLOAD,
        .state_fd = repo_dir(d->repo),
        .repo = d->repo,
        .store = store,
        .progress = d->progress,
        .cancel = &d->cancel,
        .workspace = d->workspace,
        .device = d->name,
        .host = "host",
        .workers = 1,
    };
    struct run_result result;
    int rc;

    progress_start_run(d->progress, 1);
    rc = run_sync(&opt, &result);
    assert_int_equal(rc < 0, result.fault.code != CODE_OK);
    return result;
}

static int
setup(void **state)
{
    (void)state;
    log_init("test", LOG_ERROR, false);
    scratch_make(&folder);
    store = memory_store_new();
    open_device(&us, "us", 1);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    close_device(&us);
    store_close(store);
    scratch_remove(&folder);
    return 0;
}

/* Where the first operation that starts so stands; -1: nowhere. */
static int
find_op(const char *prefix)
{
    const char *op;

    for (size_t i = 0; (op = memory_store_op(store, i)) != NULL; i++) {
        if (strncmp(op, prefix, strlen(prefix)) == 0)
            return (int)i;
    }
    return -1;
}

static int
find_last_op(const char *prefix)
{
    const char *op;
    int found = -1;

    for (size_t i = 0; (op = memory_store_op(store, i)) != NULL; i++) {
        if (strncmp(op, prefix, strlen(prefix)) == 0)
            found = (int)i;
    }
    return found;
}

/* Key of the object whose put came n-th, counted from 0. */
static const char *
object_put(size_t n)
{
    const char *op;

    for (size_t i = 0; (op = memory_store_op(store, i)) != NULL; i++) {
        if (strncmp(op, "put objects/", 12) == 0 && n-- == 0)
            return op + 4;
    }
    return NULL;
}

static struct oid
latest_of(const char *text)
{
    struct oid id;

    assert_non_null(text);
    assert_int_equal(oid_from_hex(&id, text, OID_HEX_LEN), 0);
    return id;
}

static struct index_record
load_index(struct device *d, struct arena *a)
{
    const struct remote remote = {.store = store, .repo = d->repo};
    struct oid id = latest_of(memory_store_find(store, REFS_LATEST));
    struct index_record index;
    struct fault f = {0};

    if (remote_load_index(&remote, &id, &index, a, &f) != 0)
        fail_msg("%s", f.cause);
    return index;
}

static void
everything_is_sent_before_what_names_it(void **state)
{
    struct run_result result = run(&us);
    int lock = find_op("put lock-sync");
    int first = find_op("put objects/");
    int last = find_last_op("put objects/");
    int flush = find_op("flush");
    int index = find_op("put indexes/");
    int ref = find_op("put refs/latest");
    int list = find_op("put indexes-v2.json");
    int unlock = find_op("del lock-sync");

    (void)state;
    assert_int_equal(result.fault.code, CODE_OK);
    assert_true(result.changed);
    assert_true(lock >= 0 && lock < first);
    assert_true(last < flush && flush < index && index < ref && ref < list &&
                list < unlock);
    assert_null(memory_store_op(store, (size_t)unlock + 1));
}

/* Two chunks go first, then the two file objects that name them. */
static void
chunks_go_before_files(void **state)
{
    static const char *const texts[] = {"first", "us"};
    struct run_result result = run(&us);

    (void)state;
    assert_int_equal(result.sent.chunks, 2);
    assert_int_equal(result.sent.files, 2);
    assert_true(result.sent.bytes > 100);
    for (size_t i = 0; i < 2; i++) {
        char key[64];
        char hex[OID_HEX_MAX];
        struct oid id;

        assert_int_equal(oid_of_bytes(&id, texts[i], strlen(texts[i])), 0);
        oid_to_hex(&id, hex);
        (void)snprintf(key, sizeof key, "objects/%.2s/%s", hex, hex + 2);
        assert_true(strcmp(object_put(0), key) == 0 ||
                    strcmp(object_put(1), key) == 0);
    }
}

static void
a_run_without_changes_takes_no_lock_and_writes_nothing(void **state)
{
    struct run_result result;

    (void)state;
    (void)run(&us);
    memory_store_forget_ops(store);
    result = run(&us);
    assert_int_equal(result.fault.code, CODE_OK);
    assert_false(result.changed);
    assert_true(result.has_head);
    assert_int_equal(find_op("put"), -1);
    assert_int_equal(find_op("get lock-sync"), -1);
}

static void
a_change_sends_only_what_is_new(void **state)
{
    struct run_result result;

    (void)state;
    (void)run(&us);
    scratch_write(&folder, "us-ws/data/first.sy", "changed", 1700000100000);
    result = run(&us);
    assert_int_equal(result.fault.code, CODE_OK);
    assert_int_equal(result.sent.files, 1);
    assert_int_equal(result.sent.chunks, 1);
}

/* Wherever it breaks: nothing is named that is not there, the lock is free,
 * and the next run finishes. */
static void
every_put_may_fail(void **state)
{
    static const char *const puts[] = {"lock-sync", "objects/",   "indexes/",
                                       "refs/",     "indexes-v2", NULL};

    (void)state;
    for (size_t i = 0; puts[i] != NULL; i++) {
        for (unsigned skip = 0; skip < 4; skip++) {
            bool committed;
            struct run_result result;

            store_close(store);
            store = memory_store_new();
            close_device(&us);
            scratch_remove(&folder);
            scratch_make(&folder);
            open_device(&us, "us", 1);
            memory_store_fail(store, "put", puts[i], CODE_QUOTA, skip);
            result = run(&us);
            if (skip > 0 && strcmp(puts[i], "objects/") != 0) {
                assert_int_equal(result.fault.code, CODE_OK);
                continue;
            }
            assert_int_equal(result.fault.code, CODE_QUOTA);
            committed = strcmp(puts[i], "indexes-v2") == 0;
            assert_int_equal(memory_store_find(store, REFS_LATEST) != NULL,
                             committed);
            assert_int_equal(result.changed, committed);
            assert_null(memory_store_find(store, LOCK_KEY));
            memory_store_fail(store, NULL, NULL, CODE_OK, 0);
            assert_int_equal(run(&us).fault.code, CODE_OK);
            assert_non_null(memory_store_find(store, REFS_LATEST));
            assert_non_null(memory_store_find(store, "indexes-v2.json"));
        }
    }
}

static void
a_flush_that_fails_names_nothing(void **state)
{
    (void)state;
    memory_store_fail(store, "flush", "", CODE_DISK_FULL, 0);
    assert_int_equal(run(&us).fault.code, CODE_DISK_FULL);
    assert_int_equal(find_op("put indexes/"), -1);
    assert_int_equal(find_op("put refs/"), -1);
    assert_null(memory_store_find(store, LOCK_KEY));
}

/* The base and the list are missing; the commit is not made twice. */
static void
a_run_that_died_behind_its_commit_is_finished(void **state)
{
    struct run_result result;

    (void)state;
    memory_store_fail(store, "put", "indexes-v2", CODE_NETWORK, 0);
    (void)run(&us);
    memory_store_fail(store, NULL, NULL, CODE_OK, 0);
    memory_store_forget_ops(store);
    result = run(&us);
    assert_int_equal(result.fault.code, CODE_OK);
    assert_int_equal(find_op("put refs/"), -1);
    assert_true(find_op("put indexes-v2.json") >= 0);
    memory_store_forget_ops(store);
    (void)run(&us);
    assert_int_equal(find_op("put"), -1);
}

static void
a_latest_without_its_index_is_damage_not_emptiness(void **state)
{
    const char *missing = "0123456789012345678901234567890123456789";
    struct run_result result;

    (void)state;
    memory_store_set(store, REFS_LATEST, missing);
    result = run(&us);
    assert_int_equal(result.fault.code, CODE_NOT_FOUND);
    assert_non_null(strstr(result.fault.cause, missing));
    assert_string_equal(memory_store_find(store, REFS_LATEST), missing);
    assert_null(memory_store_find(store, LOCK_KEY));
}

static void
our_own_index_that_vanished_is_damage(void **state)
{
    char key[INDEXES_KEY_MAX];
    struct fault f = {0};
    struct oid id;

    (void)state;
    (void)run(&us);
    id = latest_of(memory_store_find(store, REFS_LATEST));
    assert_int_equal(store_del(store, indexes_key(&id, key), &f), 0);
    assert_int_equal(run(&us).fault.code, CODE_NOT_FOUND);
}

static void
a_ref_that_is_none_is_damage(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "\n",
        "012345678901234567890123456789012345678",
        "012345678901234567890123456789012345678A",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memory_store_set(store, REFS_LATEST, bad[i]);
        assert_int_equal(run(&us).fault.code, CODE_NOT_FOUND);
        assert_string_equal(memory_store_find(store, REFS_LATEST), bad[i]);
    }
}

static void
a_damaged_index_stops_the_run(void **state)
{
    const char *id = "0123456789012345678901234567890123456789";
    char key[64];

    (void)state;
    (void)snprintf(key, sizeof key, "indexes/%s", id);
    memory_store_set(store, REFS_LATEST, id);
    memory_store_set(store, key, "no zstd");
    assert_int_equal(run(&us).fault.code, CODE_NOT_FOUND);
    assert_string_equal(memory_store_find(store, REFS_LATEST), id);
}

static void
another_key_is_a_mismatch_and_nothing_is_sent(void **state)
{
    struct device other;

    (void)state;
    (void)run(&us);
    open_device(&other, "other", 2);
    memory_store_forget_ops(store);
    assert_int_equal(run(&other).fault.code, CODE_KEY_MISMATCH);
    assert_int_equal(find_op("put objects/"), -1);
    assert_null(memory_store_find(store, LOCK_KEY));
    close_device(&other);
}

static void
local_wins_over_another_device(void **state)
{
    struct device other;
    struct arena a = {0};
    struct index_record before;
    struct index_record after;
    struct run_result result;

    (void)state;
    (void)run(&us);
    before = load_index(&us, &a);
    open_device(&other, "other", 1);
    result = run(&other);
    assert_int_equal(result.fault.code, CODE_OK);
    after = load_index(&other, &a);
    assert_false(oid_equal(&before.id, &after.id));
    assert_string_equal(after.system_id, "other");
    assert_true(after.created > before.created);
    /* "first" has its chunk and its file object in the store already. */
    assert_int_equal(result.sent.chunks, 1);
    assert_int_equal(result.sent.files, 1);
    arena_clear(&a);
    close_device(&other);
}

/* A kernel prefers the larger `created`, whatever our clock says. */
static void
a_published_index_is_never_older_than_the_one_before(void **state)
{
    struct device other;
    struct arena a = {0};
    struct index_record index;
    struct problem p = {0};
    struct fault f = {0};

    (void)state;
    open_device(&other, "other", 1);
    (void)run(&other);
    index = load_index(&other, &a);
    index.created = 4102444800000;
    assert_int_equal(indexes_store(other.repo, &index, &p), 0);
    assert_int_equal(
        remote_send_index(&(struct remote){.store = store, .repo = other.repo},
                          &index.id, &f),
        0);
    close_device(&other);
    assert_int_equal(run(&us).fault.code, CODE_OK);
    index = load_index(&us, &a);
    assert_string_equal(index.system_id, "us");
    assert_int_equal(index.created, 4102444800001);
    arena_clear(&a);
}

static void
a_published_index_carries_its_memo_and_check_index(void **state)
{
    struct arena a = {0};
    struct index_record index;
    struct oid check;

    (void)state;
    (void)run(&us);
    index = load_index(&us, &a);
    assert_memory_equal(index.memo, "[Sync] Cloud sync, completed in ", 32);
    assert_string_equal(index.memo + strlen(index.memo) - 1, "s");
    assert_int_equal(oid_from_hex(&check, index.check_index_id,
                                  strlen(index.check_index_id)),
                     0);
    assert_string_equal(index.system_os, "linux");
    assert_string_equal(index.system_name, "host");
    arena_clear(&a);
}

static void
too_little_room_is_said_before_anything_is_sent(void **state)
{
    (void)state;
    memory_store_set_available(store, 7); /* "first" and "us" */
    assert_int_equal(run(&us).fault.code, CODE_QUOTA);
    assert_int_equal(find_op("put objects/"), -1);
    memory_store_set_available(store, 8);
    assert_int_equal(run(&us).fault.code, CODE_OK);
}

static void
lose_lock(void *ctx, const char *key)
{
    (void)ctx;
    if (strncmp(key, "objects/", 8) == 0)
        memory_store_set(store, LOCK_KEY, FOREIGN);
}

static void
a_lock_lost_on_the_way_ends_the_run_before_its_commit(void **state)
{
    struct run_result result;

    (void)state;
    memory_store_on_put(store, lose_lock, NULL);
    result = run(&us);
    assert_int_equal(result.fault.code, CODE_LOCKED);
    assert_null(memory_store_find(store, REFS_LATEST));
    assert_string_equal(memory_store_find(store, LOCK_KEY), FOREIGN);
}

static void
stop_run(void *ctx, const char *key)
{
    if (strncmp(key, ctx, strlen(ctx)) == 0)
        cancel_set(&us.cancel);
}

static void
a_run_asked_to_stop_does_and_frees_the_lock(void **state)
{
    char objects[] = "objects/";
    char index[] = "indexes/";

    (void)state;
    memory_store_on_put(store, stop_run, objects);
    assert_int_equal(run(&us).fault.code, CODE_CANCELLED);
    assert_null(memory_store_find(store, REFS_LATEST));
    assert_null(memory_store_find(store, LOCK_KEY));
    atomic_store(&us.cancel.set, false);
    memory_store_on_put(store, stop_run, index);
    assert_int_equal(run(&us).fault.code, CODE_CANCELLED);
    assert_null(memory_store_find(store, REFS_LATEST));
    assert_null(memory_store_find(store, LOCK_KEY));
}

static void
an_empty_workspace_is_its_own_code(void **state)
{
    char path[PATH_MAX];

    (void)state;
    scratch_write(&folder, "bare/data/.hidden", "x", 0);
    (void)snprintf(us.workspace, sizeof us.workspace, "%s",
                   scratch_path(&folder, "bare", path));
    assert_int_equal(run(&us).fault.code, CODE_EMPTY_WORKSPACE);
    assert_int_equal(find_op("put"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_sent_before_what_names_it),
        TEST(chunks_go_before_files),
        TEST(a_run_without_changes_takes_no_lock_and_writes_nothing),
        TEST(a_change_sends_only_what_is_new),
        TEST(every_put_may_fail),
        TEST(a_flush_that_fails_names_nothing),
        TEST(a_run_that_died_behind_its_commit_is_finished),
        TEST(a_latest_without_its_index_is_damage_not_emptiness),
        TEST(our_own_index_that_vanished_is_damage),
        TEST(a_ref_that_is_none_is_damage),
        TEST(a_damaged_index_stops_the_run),
        TEST(another_key_is_a_mismatch_and_nothing_is_sent),
        TEST(local_wins_over_another_device),
        TEST(a_published_index_is_never_older_than_the_one_before),
        TEST(a_published_index_carries_its_memo_and_check_index),
        TEST(too_little_room_is_said_before_anything_is_sent),
        TEST(a_lock_lost_on_the_way_ends_the_run_before_its_commit),
        TEST(a_run_asked_to_stop_does_and_frees_the_lock),
        TEST(an_empty_workspace_is_its_own_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
