#include "proto/reply.h"

#include "proto/utf8.h"
#include "tests/support/vectors.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

VECTORS_CHECK_OF(reply)

static void
vectors_hold(void **unused)
{
    (void)unused;
    check_vectors("reply");
}

static struct reply
load(const char *name)
{
    unsigned char buf[VECTORS_WIRE_MAX];
    struct reply r;

    assert_int_equal(reply_decode(&r, buf, vectors_load(name, buf)), 0);
    return r;
}

static void
each_key_fills_its_member(void **unused)
{
    struct reply r = load("reply-run");

    (void)unused;
    assert_true(r.ok);
    assert_int_equal(r.has, REPLY_HAS_RUN);
    assert_int_equal(r.run, 18);
    r = load("reply-enabled");
    assert_int_equal(r.has, REPLY_HAS_ENABLED);
    assert_true(r.enabled);
    r = load("reply-code-unreachable");
    assert_false(r.ok);
    assert_string_equal(r.code, "unreachable");
    assert_string_equal(r.msg, "a line for people: unreachable");
    assert_int_equal(r.rows, REPLY_NO_ROWS);
}

static void
rows_of_runs_are_last_maps(void **unused)
{
    struct reply r = load("reply-runs");

    (void)unused;
    assert_int_equal(r.rows, REPLY_RUNS);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.has, REPLY_HAS_NEXT);
    assert_int_equal(r.next, 16);
    assert_int_equal(r.runs[0].run, 17);
    assert_string_equal(r.runs[0].code, "quota");
    assert_true(r.runs[1].ok);
}

static void
rows_of_changes_are_kind_path_size(void **unused)
{
    struct reply r = load("reply-changes");

    (void)unused;
    assert_int_equal(r.rows, REPLY_CHANGES);
    assert_int_equal(r.count, 4);
    assert_int_equal(r.changes[1].kind, '~');
    assert_string_equal(reply_text(&r, r.changes[0].path),
                        "/a/\xe6\x96\xb0.sy");
    assert_string_equal(reply_text(&r, r.changes[3].path),
                        "/data/assets/x y.png");
    assert_int_equal(r.changes[3].size_bytes, 7);
}

static void
rows_of_conflicts_say_who_won_and_where_the_loser_is(void **unused)
{
    struct reply r = load("reply-conflicts");

    (void)unused;
    assert_int_equal(r.rows, REPLY_CONFLICTS);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.conflicts[1].run, 16);
    assert_string_equal(r.conflicts[1].kind, "local-upsert-cloud-remove");
    assert_string_equal(r.conflicts[1].winner, "local");
    assert_string_equal(reply_text(&r, r.conflicts[1].path), "/gone.sy");
    assert_string_equal(reply_text(&r, r.conflicts[1].kept), "");
    assert_string_equal(reply_text(&r, r.conflicts[0].kept),
                        "history/2026-11-24-101500-sync/20210808180117-6v0mkxr/"
                        "20200923234011-ieuun1p.sy");
}

static void
an_empty_page_is_a_page(void **unused)
{
    struct reply r = load("reply-conflicts-empty");

    (void)unused;
    assert_int_equal(r.rows, REPLY_CONFLICTS);
    assert_int_equal(r.count, 0);
}

static void
failure_explains_itself(void **unused)
{
    struct reply r;

    (void)unused;
    reply_init(&r, REPLY_FORBIDDEN);
    assert_false(r.ok);
    assert_string_equal(r.code, "forbidden");
    assert_true(r.msg[0] != '\0');
    reply_init(&r, REPLY_OK);
    assert_true(r.ok);
    assert_string_equal(r.code, "");
    assert_string_equal(r.msg, "");
}

/* All scalars at their longest, so that only the rows decide what fits. */
static void
start_worst_page(struct reply *r, enum reply_rows rows)
{
    reply_init(r, REPLY_OK);
    r->minor = r->run = r->next = UINT64_MAX;
    r->has = REPLY_HAS_RUN | REPLY_HAS_ENABLED | REPLY_HAS_NEXT;
    memset(r->code, 'c', sizeof r->code - 1);
    memset(r->msg, 'm', sizeof r->msg - 1);
    reply_start_page(r, rows);
}

static size_t
assert_encodes(const struct reply *r)
{
    unsigned char buf[REPLY_WIRE_MAX], again[REPLY_WIRE_MAX];
    struct reply back;
    int len = reply_encode(r, buf, sizeof buf);

    assert_in_range(len, 1, REPLY_WIRE_MAX);
    assert_int_equal(reply_decode(&back, buf, (size_t)len), 0);
    assert_int_equal(back.count, r->count);
    assert_int_equal(reply_encode(&back, again, sizeof again), len);
    assert_memory_equal(buf, again, (size_t)len);
    return (size_t)len;
}

static void
random_path(char *path, size_t cap)
{
    size_t len = vectors_random() % 4 == 0 ? vectors_random() % cap
                                           : vectors_random() % 60;

    for (size_t i = 0; i < len; i++)
        path[i] = (char)('a' + vectors_random() % 26);
    path[len < cap ? len : cap - 1] = '\0';
}

static void
whatever_was_accepted_encodes(void **unused)
{
    (void)unused;
    for (int i = 0; i < 300; i++) {
        struct reply r;
        char path[3000], kept[3000];
        struct reply_conflict row = {.run = vectors_random()};

        memset(row.kind, 'k', vectors_random() % sizeof row.kind);
        memset(row.winner, 'w', vectors_random() % sizeof row.winner);
        start_worst_page(&r, i % 2 == 0 ? REPLY_CHANGES : REPLY_CONFLICTS);
        for (int rc = 0; rc == 0;) {
            random_path(path, sizeof path);
            random_path(kept, sizeof kept);
            rc = i % 2 == 0 ? reply_add_change(&r, '+', path, vectors_random())
                            : reply_add_conflict(&r, &row, path, kept);
            assert_true(rc == 0 || rc == -ENOBUFS);
        }
        assert_true(r.count >= 1);
        assert_encodes(&r);
    }
}

static void
a_page_of_short_rows_holds_its_full_number(void **unused)
{
    struct reply r;
    struct state_last run = {.run = 1, .ok = true, .direction = "both"};

    (void)unused;
    start_worst_page(&r, REPLY_RUNS);
    while (reply_add_run(&r, &run) == 0)
        run.run++;
    assert_int_equal(r.count, REPLY_RUNS_MAX);
    assert_encodes(&r);
    start_worst_page(&r, REPLY_CHANGES);
    while (reply_add_change(&r, '>', "/20210808180117-6v0mkxr.sy", 1) == 0)
        continue;
    assert_int_equal(r.count, REPLY_CHANGES_MAX);
    assert_encodes(&r);
}

/* No page is smaller than it need be. */
static void
a_full_page_is_nearly_full(void **unused)
{
    struct reply r;
    struct state_last run = {.run = UINT64_MAX, .why = "why"};

    (void)unused;
    start_worst_page(&r, REPLY_RUNS);
    memset(run.why, 'y', sizeof run.why - 1);
    while (reply_add_run(&r, &run) == 0)
        continue;
    assert_in_range(r.count, 2, REPLY_RUNS_MAX - 1);
    assert_true(assert_encodes(&r) > REPLY_WIRE_MAX - 1024);
}

static void
a_first_row_always_fits(void **unused)
{
    struct reply r;
    struct reply_conflict row = {.run = UINT64_MAX};
    char path[5000];

    (void)unused;
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    memset(row.kind, 'k', sizeof row.kind - 1);
    memset(row.winner, 'w', sizeof row.winner - 1);
    start_worst_page(&r, REPLY_CONFLICTS);
    assert_int_equal(reply_add_conflict(&r, &row, path, path), 0);
    assert_encodes(&r);
    assert_int_equal(strlen(reply_text(&r, r.conflicts[0].kept)),
                     REPLY_PATH_MAX - 1);
}

static void
refused_row_leaves_the_page_alone(void **unused)
{
    static struct reply r, before;
    char path[2000];

    (void)unused;
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    reply_init(&r, REPLY_OK);
    reply_start_page(&r, REPLY_CHANGES);
    do {
        before = r;
    } while (reply_add_change(&r, '+', path, 1) == 0);
    assert_int_equal(r.count, before.count);
    assert_int_equal(r.text_len, before.text_len);
    assert_int_equal(r.wire_len, before.wire_len);
}

static void
offsets_beyond_the_pool_are_the_empty_text(void **unused)
{
    struct reply r;

    (void)unused;
    reply_init(&r, REPLY_OK);
    assert_string_equal(reply_text(&r, UINT16_MAX), "");
    assert_string_equal(reply_text(&r, 0), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_hold),
        cmocka_unit_test(each_key_fills_its_member),
        cmocka_unit_test(rows_of_runs_are_last_maps),
        cmocka_unit_test(rows_of_changes_are_kind_path_size),
        cmocka_unit_test(rows_of_conflicts_say_who_won_and_where_the_loser_is),
        cmocka_unit_test(an_empty_page_is_a_page),
        cmocka_unit_test(failure_explains_itself),
        cmocka_unit_test(whatever_was_accepted_encodes),
        cmocka_unit_test(a_page_of_short_rows_holds_its_full_number),
        cmocka_unit_test(a_full_page_is_nearly_full),
        cmocka_unit_test(a_first_row_always_fits),
        cmocka_unit_test(refused_row_leaves_the_page_alone),
        cmocka_unit_test(offsets_beyond_the_pool_are_the_empty_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
