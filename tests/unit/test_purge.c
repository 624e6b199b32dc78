/*
 * Tests of services/sync-engine/repo/purge.c, and of the list of snapshots it
 * is given.
 */
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/purge.h"
#include "services/sync-engine/repo/refs.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T0       1700000000123 /* ms */
#define TEXT_MAX 80

static const struct repo_key key = {.bytes = "0123456789abcdef0123456789abcde"};

static struct scratch scratch;
static struct repo *repo;
static struct problem problem;
static struct purge_result result;

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

/* ---- a repository of snapshots with one or two small files ---- */

static void
store(const struct oid *id, const char *text, size_t len)
{
    struct buffer plain = {0};

    assert_int_equal(buffer_append(&plain, text, len), 0);
    assert_int_equal(objects_write(repo_objects(repo), repo_worker(repo), id,
                                   &plain, &problem),
                     0);
    buffer_clear(&plain);
}

static struct oid
chunk_of(const char *text)
{
    struct oid id;

    assert_int_equal(oid_of_bytes(&id, text, strlen(text)), 0);
    return id;
}

/* Store a file of one chunk; the text is also its path. */
static struct oid
add_file(const char *text)
{
    struct oid chunk = chunk_of(text);
    struct buffer json = {0};
    char path[TEXT_MAX];
    struct file_record f = {.chunk_count = 1,
                            .path = path,
                            .chunks = &chunk,
                            .size = (int64_t)strlen(text),
                            .updated = T0};

    (void)snprintf(path, sizeof path, "/%s", text);
    assert_int_equal(oid_of_file(&f.id, path, T0), 0);
    assert_int_equal(file_record_encode(&json, &f), 0);
    store(&chunk, text, strlen(text));
    store(&f.id, (const char *)json.data, json.len);
    buffer_clear(&json);
    return f.id;
}

/* Store a snapshot of the files a and b. */
static struct oid
add_index(const char *a, const char *b)
{
    char check[CIPHER_CHECK_MAX];
    const struct oid files[] = {add_file(a), add_file(b)};
    struct index_record x = {.created = T0,
                             .files = files,
                             .count = 2,
                             .check_index_id = "",
                             .key_check = check};

    assert_int_equal(oid_random(&x.id), 0);
    assert_int_equal(cipher_check_make(repo_worker(repo)->cipher, check), 0);
    assert_int_equal(indexes_store(repo, &x, &problem), 0);
    return x.id;
}

static bool
has_object(const struct oid *id)
{
    return objects_exists(repo_objects(repo), id, &problem) == 0;
}

/* Is the file of add_file() there, and its chunk?  Both or neither. */
static bool
has_file(const char *text)
{
    struct oid chunk = chunk_of(text);
    struct oid file;
    char path[TEXT_MAX];
    bool has;

    (void)snprintf(path, sizeof path, "/%s", text);
    assert_int_equal(oid_of_file(&file, path, T0), 0);
    has = has_object(&file);
    assert_int_equal(has, has_object(&chunk));
    return has;
}

static char *
name_of(const struct oid *id, char out[TEXT_MAX])
{
    char index[INDEXES_KEY_MAX];

    (void)snprintf(out, TEXT_MAX, "repo/%s", indexes_key(id, index));
    return out;
}

static bool
has_index(const struct oid *id)
{
    char name[TEXT_MAX];

    return scratch_has(&scratch, name_of(id, name)) != 0;
}

static void
write_ref(const char *name, const struct oid *id, const char *tail)
{
    char text[64];
    char hex[OID_HEX_MAX];

    (void)snprintf(text, sizeof text, "%s%s", oid_to_hex(id, hex), tail);
    scratch_write(&scratch, name, text, 0);
}

static int
purge(const struct oid *keep, size_t count)
{
    const struct purge_options opt = {.keep = keep, .count = count};

    return purge_run(repo, &opt, &result, &problem);
}

static size_t
count_all(void)
{
    return scratch_count(&scratch, "repo/indexes", "") +
           scratch_count(&scratch, "repo/objects", "");
}

static void
assert_nothing_removed(size_t before)
{
    assert_int_equal(result.indexes + result.objects + result.bytes, 0);
    assert_int_equal(count_all(), before);
}

/* ---- what goes and what stays ---- */

static void
only_what_is_kept_is_reachable_afterwards(void **state)
{
    struct oid old, kept, latest;

    (void)state;
    old = add_index("only in the old", "shared with the old");
    kept = add_index("only in the kept", "shared with the old");
    latest = add_index("only in the latest", "shared by two");
    assert_int_equal(refs_write(repo, REFS_LATEST, &latest, &problem), 0);
    assert_int_equal(purge(&kept, 1), 0);
    assert_false(has_index(&old));
    assert_true(has_index(&kept));
    assert_true(has_index(&latest));
    assert_false(has_file("only in the old"));
    assert_true(has_file("shared with the old"));
    assert_true(has_file("only in the kept"));
    assert_true(has_file("only in the latest"));
    assert_true(has_file("shared by two"));
    assert_int_equal(result.indexes, 1);
    assert_int_equal(result.objects, 2);
    assert_true(result.bytes > 0);
}

static void
every_file_below_refs_protects(void **state)
{
    struct oid latest, base, tag, deep, spaced, gone;

    (void)state;
    latest = add_index("latest", "a");
    base = add_index("base", "b");
    tag = add_index("tag", "c");
    deep = add_index("deep", "d");
    spaced = add_index("spaced", "e");
    gone = add_index("gone", "f");
    assert_int_equal(refs_write(repo, REFS_LATEST, &latest, &problem), 0);
    assert_int_equal(refs_write(repo, REFS_LATEST_SYNC, &base, &problem), 0);
    write_ref("repo/refs/tags/one", &tag, "");
    write_ref("repo/refs/tags/of/a/year", &deep, "\n");
    write_ref("repo/refs/other", &spaced, " \n");
    assert_int_equal(purge(NULL, 0), 0);
    assert_true(has_index(&latest) && has_file("latest"));
    assert_true(has_index(&base) && has_file("base"));
    assert_true(has_index(&tag) && has_file("tag"));
    assert_true(has_index(&deep) && has_file("deep"));
    assert_true(has_index(&spaced) && has_file("spaced"));
    assert_false(has_index(&gone) || has_file("gone"));
}

static void
a_ref_of_more_than_42_bytes_is_none(void **state)
{
    struct oid latest, named;

    (void)state;
    latest = add_index("latest", "a");
    named = add_index("named", "b");
    assert_int_equal(refs_write(repo, REFS_LATEST, &latest, &problem), 0);
    write_ref("repo/refs/long", &named, "\n\n\n");
    assert_int_equal(purge(NULL, 0), 0);
    assert_false(has_index(&named));
    assert_true(has_index(&latest));
    assert_true(scratch_has(&scratch, "repo/refs/long"));
}

static void
objects_nothing_ever_named_go_with_the_rest(void **state)
{
    struct oid latest;

    (void)state;
    latest = add_index("latest", "a");
    (void)add_file("left by a run that failed");
    assert_int_equal(purge(&latest, 1), 0);
    assert_false(has_file("left by a run that failed"));
    assert_int_equal(result.indexes, 0);
    assert_int_equal(result.objects, 2);
    assert_int_equal(purge(&latest, 1), 0);
    assert_int_equal(result.objects, 0);
}

static void
names_that_are_no_ids_are_left_alone(void **state)
{
    static const char *const names[] = {
        "repo/indexes/README",
        "repo/indexes/356A192B7913B04C54574D18C28D46E6395428AB",
        "repo/indexes/356a192b7913b04c54574d18c28d46e6395428ab/x",
        "repo/objects/35/6a192b7913b04c54574d18c28d46e6395428abx",
        "repo/objects/35/6a192b7913b04c54574d18c28d46e6395428ab/x",
        "repo/objects/zz/6a192b7913b04c54574d18c28d46e6395428ab",
        "repo/objects/note",
    };
    struct oid latest;

    (void)state;
    latest = add_index("latest", "a");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        scratch_write(&scratch, names[i], "not ours", 0);
    assert_int_equal(purge(&latest, 1), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(scratch_has(&scratch, names[i]));
}

static void
with_nothing_to_keep_nothing_goes(void **state)
{
    size_t before;

    (void)state;
    (void)add_index("one", "two");
    before = count_all();
    assert_int_equal(purge(NULL, 0), 0);
    assert_nothing_removed(before);
}

static void
counting_removes_nothing_and_counts_the_same(void **state)
{
    struct purge_options opt = {.count_only = true, .count = 1};
    struct purge_result counted;
    struct oid latest;
    size_t before;

    (void)state;
    latest = add_index("latest", "a");
    (void)add_index("old", "b");
    opt.keep = &latest;
    before = count_all();
    assert_int_equal(purge_run(repo, &opt, &counted, &problem), 0);
    assert_int_equal(count_all(), before);
    assert_int_equal(purge(&latest, 1), 0);
    assert_int_equal(counted.indexes, 1);
    assert_int_equal(counted.objects, 4);
    assert_memory_equal(&counted, &result, sizeof counted);
    assert_int_equal(count_all(), before - 5);
}

/* ---- what stops it ---- */

static void
assert_stops(const struct oid *keep, enum problem_kind kind, const char *text)
{
    size_t before = count_all();

    assert_true(purge(keep, 1) < 0);
    assert_int_equal(problem.kind, kind);
    assert_non_null(strstr(problem.text, text));
    assert_nothing_removed(before);
}

static void
a_damaged_or_missing_index_to_keep_stops_it(void **state)
{
    struct oid latest, kept;
    char name[TEXT_MAX];
    char path[PATH_MAX];

    (void)state;
    latest = add_index("latest", "a");
    kept = add_index("kept", "b");
    (void)add_index("old", "c");
    assert_int_equal(refs_write(repo, REFS_LATEST, &latest, &problem), 0);
    scratch_write(&scratch, name_of(&latest, name), "garbage", 0);
    assert_stops(&kept, PROBLEM_DAMAGED, name + sizeof "repo/" - 1);
    assert_int_equal(unlink(scratch_path(&scratch, name, path)), 0);
    assert_stops(&kept, PROBLEM_DAMAGED, name + sizeof "repo/" - 1);
}

static void
a_damaged_or_missing_file_record_to_keep_stops_it(void **state)
{
    struct oid kept, file;
    char object[OBJECTS_KEY_MAX];
    char name[TEXT_MAX];
    char path[PATH_MAX];

    (void)state;
    kept = add_index("kept", "b");
    (void)add_index("old", "c");
    file = add_file("kept");
    (void)snprintf(name, sizeof name, "repo/%s", objects_key(&file, object));
    scratch_write(&scratch, name, "garbage", 0);
    assert_stops(&kept, PROBLEM_DAMAGED, object);
    assert_int_equal(unlink(scratch_path(&scratch, name, path)), 0);
    assert_stops(&kept, PROBLEM_DAMAGED, object);
}

static void
damage_in_what_goes_does_not_matter(void **state)
{
    struct oid kept, old;
    char name[TEXT_MAX];

    (void)state;
    kept = add_index("kept", "b");
    old = add_index("old", "c");
    scratch_write(&scratch, name_of(&old, name), "garbage", 0);
    assert_int_equal(purge(&kept, 1), 0);
    assert_false(has_index(&old) || has_file("old") || has_file("c"));
    assert_true(has_file("kept") && has_file("b"));
}

static void
a_ref_that_names_nothing_stops_it(void **state)
{
    struct oid kept, absent = {.bytes = {7}};

    (void)state;
    kept = add_index("kept", "b");
    (void)add_index("old", "c");
    scratch_write(&scratch, "repo/refs/tags/bad", "no id at all", 0);
    assert_stops(&kept, PROBLEM_DAMAGED, "bad");
    write_ref("repo/refs/tags/bad", &absent, "");
    assert_stops(&kept, PROBLEM_DAMAGED, "0700000000");
}

static void
folders_without_end_below_refs_stop_it(void **state)
{
    struct oid kept;

    (void)state;
    kept = add_index("kept", "b");
    (void)add_index("old", "c");
    write_ref("repo/refs/1/2/3/4/5/6/7/8/9/x", &kept, "");
    assert_stops(&kept, PROBLEM_DAMAGED, "refs");
}

static void
a_cancel_before_the_sweep_removes_nothing(void **state)
{
    const atomic_bool cancel = true;
    struct purge_options opt = {.count = 1, .cancel = &cancel};
    struct oid kept;
    size_t before;

    (void)state;
    kept = add_index("kept", "b");
    (void)add_index("old", "c");
    opt.keep = &kept;
    before = count_all();
    assert_true(purge_run(repo, &opt, &result, &problem) < 0);
    assert_int_equal(problem.kind, PROBLEM_CANCELLED);
    assert_nothing_removed(before);
}

/* ---- cut short anywhere, and how far it is ---- */

struct cut {
    atomic_bool cancel;
    uint64_t at, done, total;
};

static void
cut_at(void *ctx, uint64_t done, uint64_t total)
{
    struct cut *c = ctx;

    assert_true(done == c->done + 1 && done <= total);
    assert_true(c->total == 0 || c->total == total);
    c->done = done;
    c->total = total;
    if (done == c->at)
        atomic_store(&c->cancel, true);
}

static void
cut_short_anywhere_the_kept_are_whole_and_the_next_one_ends_it(void **state)
{
    struct oid kept = add_index("kept", "shared");
    struct cut whole = {0};
    uint64_t total;

    (void)state;
    assert_int_equal(purge_run(repo,
                               &(struct purge_options){.keep = &kept,
                                                       .count = 1,
                                                       .cancel = &whole.cancel,
                                                       .on_progress = cut_at,
                                                       .ctx = &whole},
                               &result, &problem),
                     0);
    total = whole.total;
    assert_int_equal(whole.done, total);
    for (uint64_t at = 1; at < total; at++) {
        struct cut cut = {.at = at};
        struct oid old = add_index("old", "shared");
        const struct purge_options opt = {.keep = &kept,
                                          .count = 1,
                                          .cancel = &cut.cancel,
                                          .on_progress = cut_at,
                                          .ctx = &cut};

        assert_true(purge_run(repo, &opt, &result, &problem) < 0);
        assert_int_equal(problem.kind, PROBLEM_CANCELLED);
        assert_true(has_file("kept") && has_file("shared"));
        /* An index that is there has its objects. */
        if (has_index(&old))
            assert_true(has_file("old"));
        assert_int_equal(purge(&kept, 1), 0);
        assert_false(has_index(&old) || has_file("old"));
    }
}

/* ---- the list ---- */

static void
snapshots_are_listed_with_the_time_they_were_made(void **state)
{
    struct indexes_list list = {0};
    struct oid one, two;
    char name[TEXT_MAX];

    (void)state;
    assert_int_equal(indexes_list(&list, repo, &problem), 0);
    assert_int_equal(list.count, 0);
    one = add_index("one", "a");
    two = add_index("two", "b");
    scratch_touch(&scratch, name_of(&two, name), T0 + 5000);
    scratch_write(&scratch, "repo/indexes/note", "", 0);
    assert_int_equal(indexes_list(&list, repo, &problem), 0);
    assert_int_equal(list.count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool first = oid_equal(&list.entries[i].id, &one);

        assert_true(first || oid_equal(&list.entries[i].id, &two));
        assert_int_equal(list.entries[i].created, first ? T0 : T0 + 5000);
    }
    indexes_list_clear(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_what_is_kept_is_reachable_afterwards),
        TEST(every_file_below_refs_protects),
        TEST(a_ref_of_more_than_42_bytes_is_none),
        TEST(objects_nothing_ever_named_go_with_the_rest),
        TEST(names_that_are_no_ids_are_left_alone),
        TEST(with_nothing_to_keep_nothing_goes),
        TEST(counting_removes_nothing_and_counts_the_same),
        TEST(a_damaged_or_missing_index_to_keep_stops_it),
        TEST(a_damaged_or_missing_file_record_to_keep_stops_it),
        TEST(damage_in_what_goes_does_not_matter),
        TEST(a_ref_that_names_nothing_stops_it),
        TEST(folders_without_end_below_refs_stop_it),
        TEST(a_cancel_before_the_sweep_removes_nothing),
        TEST(cut_short_anywhere_the_kept_are_whole_and_the_next_one_ends_it),
        TEST(snapshots_are_listed_with_the_time_they_were_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
