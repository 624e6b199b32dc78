/* Both ways and download, over a store in memory. */
#include "services/sync-engine/run/run_merge.h"

#include "services/runtime/log.h"
#include "services/sync-engine/cloud/lock.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/refs.h"
#include "tests/support/memory_store.h"
#include "tests/support/run_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FOREIGN "{\"deviceID\":\"them\",\"time\":1}"

static struct scratch folder;
static struct store *store;
static struct run_device a;
static struct run_device b;

static void
open_all(void)
{
    scratch_make(&folder);
    store = memory_store_new();
    run_device_open(&a, &folder, "a");
    run_device_open(&b, &folder, "b");
}

static void
close_all(void)
{
    run_device_close(&a);
    run_device_close(&b);
    store_close(store);
    scratch_remove(&folder);
}

static int
setup(void **state)
{
    (void)state;
    log_init("test", LOG_ERROR, false);
    open_all();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    close_all();
    return 0;
}

static struct run_result
both(struct run_device *d)
{
    return run_device_sync(d, store, RUN_BOTH);
}

static void
both_ok(struct run_device *d)
{
    struct run_result result = both(d);

    if (result.fault.code != CODE_OK)
        fail_msg("%s", result.fault.cause);
}

/* Two equal devices, then an edit of one file on each side, and one each. */
static void
diverge(void)
{
    run_device_write(&a, "/doc.sy", "base", 0);
    run_device_write(&a, "/gone.sy", "gone", 0);
    both_ok(&a);
    both_ok(&b);
    run_device_write(&a, "/doc.sy", "of a", 60);
    run_device_write(&a, "/a.sy", "a", 60);
    run_device_remove(&a, "/gone.sy");
    both_ok(&a);
    run_device_write(&b, "/doc.sy", "of b", 61);
    run_device_write(&b, "/b.sy", "b", 61);
    memory_store_forget_ops(store);
}

static void
assert_merged(const struct run_device *d)
{
    assert_string_equal(run_device_read(d, "/doc.sy"), "of b");
    assert_string_equal(run_device_read(d, "/a.sy"), "a");
    assert_string_equal(run_device_read(d, "/b.sy"), "b");
    assert_string_equal(run_device_read(d, "/gone.sy"), "");
}

static int
find_op(const char *prefix, bool last)
{
    const char *op;
    int found = -1;

    for (size_t i = 0; (op = memory_store_op(store, i)) != NULL; i++) {
        if (strncmp(op, prefix, strlen(prefix)) == 0 && (last || found < 0))
            found = (int)i;
    }
    return found;
}

static struct oid
ref_of(struct run_device *d, const char *key)
{
    struct problem p = {0};
    struct oid id;

    assert_int_equal(refs_read(d->repo, key, &id, &p), 0);
    return id;
}

static void
assert_refs_are_the_store_s(struct run_device *d)
{
    struct oid id;
    struct oid ours = ref_of(d, REFS_LATEST);
    struct oid base = ref_of(d, REFS_LATEST_SYNC);

    assert_int_equal(
        oid_from_hex(&id, memory_store_find(store, REFS_LATEST), OID_HEX_LEN),
        0);
    assert_true(oid_equal(&id, &ours));
    assert_true(oid_equal(&id, &base));
}

static void
everything_is_there_before_what_names_it(void **state)
{
    struct run_result result;
    int lock;
    int got;
    int sent;
    int flush;
    int index;
    int ref;

    (void)state;
    diverge();
    result = both(&b);
    assert_int_equal(result.fault.code, CODE_OK);
    lock = find_op("put lock-sync", false);
    got = find_op("get objects/", true);
    sent = find_op("put objects/", true);
    flush = find_op("flush", false);
    index = find_op("put indexes/", false);
    ref = find_op("put refs/latest", false);
    assert_true(lock >= 0 && lock < got && got < sent && sent < flush &&
                flush < index && index < ref);
    assert_true(ref < find_op("put indexes-v2", false));
    assert_int_equal(find_op("put refs/latest", true), ref);
    assert_null(memory_store_find(store, LOCK_KEY));
    assert_merged(&b);
    assert_refs_are_the_store_s(&b);
}

static void
what_was_done_is_counted_and_told(void **state)
{
    struct run_result result;

    (void)state;
    diverge();
    result = both(&b);
    assert_int_equal(result.upserts, 1);
    assert_int_equal(result.removes, 1);
    assert_int_equal(result.conflicts, 1);
    assert_int_equal(result.received.files, 2);
    assert_int_equal(result.received.chunks, 2);
    assert_true(result.received.bytes > 100);
    assert_int_equal(result.sent.files, 2);
    assert_true(result.changed);
    assert_int_equal(b.report.conflict_count, 1);
    assert_string_equal(b.report.conflicts[0].path, "/doc.sy");
    assert_string_equal(b.report.conflicts[0].winner, "local");
    assert_string_equal(b.report.conflicts[0].kind,
                        "local-upsert-cloud-upsert");
    assert_non_null(strstr(b.report.conflicts[0].kept, "-sync/doc.sy"));
    assert_int_equal(run_device_kept(&b, "of a"), 1);
}

/* The commit point fails: everything before it was done. */
static void
fail_late(void)
{
    memory_store_fail(store, "put", "refs/latest", CODE_NETWORK, 0);
    assert_int_equal(both(&b).fault.code, CODE_NETWORK);
    assert_int_equal(run_device_kept(&b, "of a"), 1);
}

static void
a_run_after_a_failed_one_keeps_no_second_copy(void **state)
{
    (void)state;
    diverge();
    fail_late();
    memory_store_fail(store, NULL, NULL, CODE_OK, 0);
    both_ok(&b);
    assert_merged(&b);
    assert_int_equal(run_device_kept(&b, "of a"), 1);
}

static void
a_failed_run_s_copy_is_told_by_the_next(void **state)
{
    (void)state;
    diverge();
    fail_late();
    fail_late();
    assert_int_equal(b.report.conflict_count, 1);
    assert_non_null(strstr(b.report.conflicts[0].kept, "-sync/doc.sy"));
}

static void
an_empty_workspace_adopts_the_store_s_snapshot(void **state)
{
    struct run_result result;

    (void)state;
    run_device_write(&a, "/doc.sy", "base", 0);
    both_ok(&a);
    memory_store_forget_ops(store);
    result = both(&b);
    assert_int_equal(result.fault.code, CODE_OK);
    assert_false(result.changed);
    assert_int_equal(result.upserts, 1);
    assert_string_equal(run_device_read(&b, "/doc.sy"), "base");
    assert_int_equal(find_op("put objects/", false), -1);
    assert_int_equal(find_op("put refs/", false), -1);
    assert_refs_are_the_store_s(&b);
    /* And has nothing to do from then on. */
    memory_store_forget_ops(store);
    both_ok(&b);
    assert_int_equal(find_op("put", false), -1);
    assert_int_equal(find_op("get lock-sync", false), -1);
}

static void
nothing_anywhere_is_an_empty_workspace(void **state)
{
    (void)state;
    assert_int_equal(both(&a).fault.code, CODE_EMPTY_WORKSPACE);
    assert_int_equal(find_op("put", false), -1);
    assert_int_equal(run_device_sync(&a, store, RUN_DOWNLOAD).fault.code,
                     CODE_OK);
    assert_int_equal(find_op("put", false), -1);
}

/* Files that vanish all at once are a disk that is not mounted. */
static void
an_emptied_workspace_is_not_a_joining_one(void **state)
{
    (void)state;
    run_device_write(&a, "/doc.sy", "base", 0);
    both_ok(&a);
    run_device_remove(&a, "/doc.sy");
    assert_int_equal(both(&a).fault.code, CODE_EMPTY_WORKSPACE);
    assert_int_equal(run_device_sync(&a, store, RUN_DOWNLOAD).fault.code,
                     CODE_EMPTY_WORKSPACE);
}

/* A lost base must not turn what is only there into something removed here. */
static void
a_base_without_a_snapshot_of_ours_is_none(void **state)
{
    struct oid id;
    struct problem p = {0};

    (void)state;
    run_device_write(&a, "/doc.sy", "base", 0);
    both_ok(&a);
    both_ok(&b);
    id = ref_of(&b, REFS_LATEST_SYNC);
    run_device_remove(&b, "/doc.sy");
    assert_int_equal(unlinkat(repo_dir(b.repo), REFS_LATEST, 0), 0);
    assert_int_equal(refs_write(b.repo, REFS_LATEST_SYNC, &id, &p), 0);
    both_ok(&b);
    assert_string_equal(run_device_read(&b, "/doc.sy"), "base");
}

static void
equal_ids_make_the_base(void **state)
{
    (void)state;
    run_device_write(&a, "/doc.sy", "base", 0);
    both_ok(&a);
    assert_int_equal(unlinkat(repo_dir(a.repo), REFS_LATEST_SYNC, 0), 0);
    memory_store_forget_ops(store);
    both_ok(&a);
    assert_refs_are_the_store_s(&a);
    assert_int_equal(find_op("put refs/", false), -1);
    memory_store_forget_ops(store);
    both_ok(&a);
    assert_int_equal(find_op("put", false), -1);
}

struct failing {
    const char *op;
    const char *prefix;
    unsigned skip;
    bool committed; /* the store has the new snapshot all the same */
};

static const struct failing FAILING[] = {
    {"put", "lock-sync", 0, false}, {"get", "lock-sync", 0, false},
    {"get", "refs/", 0, false},     {"get", "refs/", 1, false},
    {"get", "indexes/", 0, false},  {"get", "objects/", 0, false},
    {"get", "objects/", 2, false},  {"put", "objects/", 0, false},
    {"put", "objects/", 3, false},  {"flush", "", 0, false},
    {"put", "indexes/", 0, false},  {"get", "lock-sync", 1, false},
    {"put", "refs/", 0, false},     {"get", "refs/", 2, true},
    {"get", "indexes-v2", 0, true}, {"put", "indexes-v2", 0, true},
};

/* Wherever it breaks: no name without its thing, and the next runs bring both
 * devices to the same files. */
static void
every_operation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FAILING / sizeof *FAILING; i++) {
        const struct failing *f = &FAILING[i];
        char before[OID_HEX_MAX];

        close_all();
        open_all();
        diverge();
        (void)snprintf(before, sizeof before, "%s",
                       memory_store_find(store, REFS_LATEST));
        memory_store_fail(store, f->op, f->prefix, CODE_NETWORK, f->skip);
        if (both(&b).fault.code != CODE_NETWORK)
            fail_msg("%s %s, %u", f->op, f->prefix, f->skip);
        memory_store_fail(store, NULL, NULL, CODE_OK, 0);
        assert_int_equal(
            strcmp(before, memory_store_find(store, REFS_LATEST)) != 0,
            f->committed);
        /* A lock that cannot be read cannot be dropped either. */
        if (strcmp(f->prefix, "lock-sync") != 0)
            assert_null(memory_store_find(store, LOCK_KEY));
        both_ok(&b);
        assert_merged(&b);
        assert_true(run_device_kept(&b, "of a") >= 1);
        both_ok(&a);
        assert_merged(&a);
        assert_refs_are_the_store_s(&a);
    }
}

static void
lose_lock(void *ctx, const char *key)
{
    (void)ctx;
    if (strncmp(key, "objects/", 8) == 0)
        memory_store_set(store, LOCK_KEY, FOREIGN);
}

static void
a_lost_lock_ends_the_run_before_its_commit(void **state)
{
    char before[OID_HEX_MAX];

    (void)state;
    diverge();
    (void)snprintf(before, sizeof before, "%s",
                   memory_store_find(store, REFS_LATEST));
    memory_store_on_put(store, lose_lock, NULL);
    assert_int_equal(both(&b).fault.code, CODE_LOCKED);
    assert_string_equal(memory_store_find(store, REFS_LATEST), before);
    assert_string_equal(memory_store_find(store, LOCK_KEY), FOREIGN);
}

static int edits;

/* Somebody writes the file that is about to be replaced. */
static void
edit_doc(void *ctx, const char *key)
{
    const int *most = ctx;
    char text[32];

    if (strncmp(key, "objects/", 8) != 0 || edits >= *most)
        return;
    edits++;
    (void)snprintf(text, sizeof text, "edit %d", edits);
    run_device_write(&b, "/doc.sy", text, 100 + edits);
}

static void
diverge_quietly(void)
{
    diverge();
    /* What B has of the document is what both had: A's will replace it. */
    run_device_write(&b, "/doc.sy", "base", 0);
    edits = 0;
}

static void
an_edit_during_the_run_is_not_lost(void **state)
{
    int most = 1;

    (void)state;
    diverge_quietly();
    memory_store_on_put(store, edit_doc, &most);
    both_ok(&b);
    assert_int_equal(edits, 1);
    assert_string_equal(run_device_read(&b, "/doc.sy"), "edit 1");
    assert_int_equal(run_device_kept(&b, "of a"), 1);
    assert_string_equal(run_device_read(&b, "/a.sy"), "a");
    both_ok(&a);
    assert_string_equal(run_device_read(&a, "/doc.sy"), "edit 1");
}

static void
a_removed_file_edited_meanwhile_stays(void **state)
{
    (void)state;
    diverge();
    memory_store_on_put(store, NULL, NULL);
    run_device_write(&b, "/gone.sy", "still here", 90);
    both_ok(&b);
    assert_string_equal(run_device_read(&b, "/gone.sy"), "still here");
    both_ok(&a);
    assert_string_equal(run_device_read(&a, "/gone.sy"), "still here");
}

static void
stop_run(void *ctx, const char *key)
{
    (void)ctx;
    if (strncmp(key, "objects/", 8) == 0)
        cancel_set(&b.cancel);
}

static void
a_run_asked_to_stop_does_and_is_finished_later(void **state)
{
    (void)state;
    diverge();
    memory_store_on_put(store, stop_run, NULL);
    assert_int_equal(both(&b).fault.code, CODE_CANCELLED);
    assert_null(memory_store_find(store, LOCK_KEY));
    assert_string_equal(run_device_read(&b, "/doc.sy"), "of b");
    assert_string_equal(run_device_read(&b, "/a.sy"), "");
    memory_store_on_put(store, NULL, NULL);
    atomic_store(&b.cancel.set, false);
    both_ok(&b);
    assert_merged(&b);
}

static void
a_download_publishes_nothing(void **state)
{
    struct run_result result;

    (void)state;
    diverge();
    result = run_device_sync(&b, store, RUN_DOWNLOAD);
    assert_int_equal(result.fault.code, CODE_OK);
    assert_int_equal(find_op("put objects/", false), -1);
    assert_int_equal(find_op("put indexes", false), -1);
    assert_int_equal(find_op("put refs/", false), -1);
    assert_false(result.changed);
    assert_int_equal(result.conflicts, 2);
    assert_string_equal(run_device_read(&b, "/doc.sy"), "of a");
    assert_string_equal(run_device_read(&b, "/a.sy"), "a");
    assert_string_equal(run_device_read(&b, "/b.sy"), "");
    assert_int_equal(run_device_kept(&b, "of b"), 1);
    assert_int_equal(run_device_kept(&b, "b"), 1);
}

static void
a_mass_deletion_stops_before_anything_is_touched(void **state)
{
    char path[32];

    (void)state;
    for (int i = 0; i < 210; i++) {
        (void)snprintf(path, sizeof path, "/%d.sy", i);
        run_device_write(&a, path, "x", 0);
    }
    both_ok(&a);
    both_ok(&b);
    for (int i = 0; i < 110; i++) {
        (void)snprintf(path, sizeof path, "/%d.sy", i);
        run_device_remove(&a, path);
    }
    both_ok(&a);
    assert_int_equal(both(&b).fault.code, CODE_MASS_DELETE);
    assert_string_equal(run_device_read(&b, "/0.sy"), "x");
    assert_null(memory_store_find(store, LOCK_KEY));
    b.max_delete = 53;
    both_ok(&b);
    assert_string_equal(run_device_read(&b, "/0.sy"), "");
    assert_string_equal(run_device_read(&b, "/200.sy"), "x");
}

static void
a_latest_without_its_index_is_damage_not_emptiness(void **state)
{
    const char *missing = "0123456789012345678901234567890123456789";

    (void)state;
    run_device_write(&a, "/doc.sy", "base", 0);
    memory_store_set(store, REFS_LATEST, missing);
    assert_int_equal(both(&a).fault.code, CODE_NOT_FOUND);
    assert_int_equal(run_device_sync(&a, store, RUN_DOWNLOAD).fault.code,
                     CODE_NOT_FOUND);
    assert_string_equal(memory_store_find(store, REFS_LATEST), missing);
    assert_null(memory_store_find(store, LOCK_KEY));
}

/* What was lost of the store is sent again: our objects and names. */
static void
a_store_that_lost_its_latest_gets_ours(void **state)
{
    struct fault f = {0};

    (void)state;
    run_device_write(&a, "/doc.sy", "base", 0);
    both_ok(&a);
    assert_int_equal(store_del(store, REFS_LATEST, &f), 0);
    both_ok(&a);
    assert_non_null(memory_store_find(store, REFS_LATEST));
    assert_string_equal(run_device_read(&a, "/doc.sy"), "base");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_there_before_what_names_it),
        TEST(what_was_done_is_counted_and_told),
        TEST(a_run_after_a_failed_one_keeps_no_second_copy),
        TEST(a_failed_run_s_copy_is_told_by_the_next),
        TEST(an_empty_workspace_adopts_the_store_s_snapshot),
        TEST(nothing_anywhere_is_an_empty_workspace),
        TEST(an_emptied_workspace_is_not_a_joining_one),
        TEST(a_base_without_a_snapshot_of_ours_is_none),
        TEST(equal_ids_make_the_base),
        TEST(every_operation_may_fail),
        TEST(a_lost_lock_ends_the_run_before_its_commit),
        TEST(an_edit_during_the_run_is_not_lost),
        TEST(a_removed_file_edited_meanwhile_stays),
        TEST(a_run_asked_to_stop_does_and_is_finished_later),
        TEST(a_download_publishes_nothing),
        TEST(a_mass_deletion_stops_before_anything_is_touched),
        TEST(a_latest_without_its_index_is_damage_not_emptiness),
        TEST(a_store_that_lost_its_latest_gets_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
