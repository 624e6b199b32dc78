#include "services/sync-engine/merge/decide.h"

#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MINUTE_MS    60000LL

/* The three versions of one path; in the order of struct decide_versions. */
struct trio {
    struct file_list lists[3];
    struct decide_versions v;
};

/* "b0" is content b at minute 0; "-" is no file. */
static void
open_trio(struct trio *t, const char *path, const char *const words[3])
{
    const struct file_record *found[3] = {NULL};

    *t = (struct trio){0};
    for (int i = 0; i < 3; i++) {
        char text[128];

        if (strcmp(words[i], "-") == 0)
            continue;
        (void)snprintf(text, sizeof text, "%s:%c@%s", path, words[i][0],
                       words[i] + 1);
        files_read(&t->lists[i], text);
        found[i] = t->lists[i].files;
    }
    t->v = (struct decide_versions){found[0], found[1], found[2]};
}

static void
close_trio(struct trio *t)
{
    for (int i = 0; i < 3; i++)
        file_list_clear(&t->lists[i]);
}

static struct decision
decide_words(const char *path, const char *base, const char *local,
             const char *cloud)
{
    struct trio t;
    struct decision d;

    open_trio(&t, path, (const char *const[]){base, local, cloud});
    assert_int_equal(decide(&d, &t.v, NULL), 0);
    close_trio(&t);
    return d;
}

#define UU DECIDE_LOCAL_UPSERT_CLOUD_UPSERT
#define RU DECIDE_LOCAL_REMOVE_CLOUD_UPSERT
#define UR DECIDE_LOCAL_UPSERT_CLOUD_REMOVE

/* Section 9.3, and the rows that it does not reach. */
static const struct row {
    const char *base;
    const char *local;
    const char *cloud;
    enum decide_side winner;
    enum decide_conflict conflict;
    enum decide_side history;
    bool publish;
} ROWS[] = {
    {"b0", "b0", "b0", DECIDE_NONE, 0, 0, false},
    {"b0", "x1", "b0", DECIDE_LOCAL, 0, 0, true},
    {"b0", "b0", "y1", DECIDE_CLOUD, 0, 0, false},
    {"b0", "s1", "s2", DECIDE_CLOUD, 0, 0, false},
    {"b0", "x1", "y2", DECIDE_LOCAL, UU, DECIDE_CLOUD, true},
    {"b0", "x1", "y10", DECIDE_CLOUD, UU, DECIDE_LOCAL, false},
    {"b0", "-", "b0", DECIDE_LOCAL, 0, 0, true},
    {"b0", "b0", "-", DECIDE_CLOUD, 0, 0, false},
    {"b0", "-", "y1", DECIDE_LOCAL, RU, DECIDE_CLOUD, true},
    {"b0", "x1", "-", DECIDE_LOCAL, UR, DECIDE_LOCAL, true},
    {"b0", "-", "-", DECIDE_NONE, 0, 0, false},
    {"-", "x1", "-", DECIDE_LOCAL, 0, 0, true},
    {"-", "-", "y1", DECIDE_CLOUD, 0, 0, false},
    {"-", "s1", "s2", DECIDE_CLOUD, 0, 0, false},
    {"-", "x1", "y2", DECIDE_LOCAL, UU, DECIDE_CLOUD, true},
    {"b0", "b1", "b0", DECIDE_LOCAL, 0, 0, true},
    {"b0", "b0", "b1", DECIDE_CLOUD, 0, 0, false},
    {"b0", "x1", "b2", DECIDE_LOCAL, 0, 0, true},
    {"b0", "x1", "b10", DECIDE_CLOUD, 0, DECIDE_LOCAL, false},
    {"b0", "b1", "y2", DECIDE_CLOUD, 0, 0, false},
    {"b0", "x-10", "b0", DECIDE_CLOUD, 0, DECIDE_LOCAL, false},
    {"b0", "b10", "y1", DECIDE_LOCAL, 0, DECIDE_CLOUD, true},
    /* ours */
    {"b0", "s2", "s1", DECIDE_LOCAL, 0, 0, true},
    {"b0", "s1", "s1", DECIDE_LOCAL, 0, 0, true},
    {"-", "x1", "y20", DECIDE_CLOUD, UU, DECIDE_LOCAL, false},
    {"b0", "x20", "y1", DECIDE_LOCAL, UU, DECIDE_CLOUD, true},
    {"b0", "b5", "-", DECIDE_CLOUD, 0, 0, false},
    {"b0", "-", "b5", DECIDE_LOCAL, 0, 0, true},
};

static void
every_row_of_the_table_decides_as_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const struct row *r = &ROWS[i];
        struct decision d =
            decide_words("/doc.txt", r->base, r->local, r->cloud);

        if (d.winner != r->winner || d.conflict != r->conflict ||
            d.history != r->history || d.publish != r->publish) {
            fail_msg("%s %s %s: winner %s, conflict \"%s\", history %s, "
                     "publish %d (%s)",
                     r->base, r->local, r->cloud, decide_side_name(d.winner),
                     decide_conflict_name(d.conflict),
                     decide_side_name(d.history), d.publish,
                     decide_rule_text(d.rule));
        }
    }
}

static enum decide_delta
delta_of(const char *base, const char *version)
{
    struct trio t;
    enum decide_delta delta;

    open_trio(&t, "/doc.txt", (const char *const[]){base, version, "-"});
    delta = decide_delta(t.v.base, t.v.local);
    close_trio(&t);
    return delta;
}

static void
a_delta_has_four_kinds(void **state)
{
    (void)state;
    assert_int_equal(delta_of("-", "-"), DECIDE_UNCHANGED);
    assert_int_equal(delta_of("b0", "b0"), DECIDE_UNCHANGED);
    assert_int_equal(delta_of("-", "x0"), DECIDE_UPSERT);
    assert_int_equal(delta_of("b0", "x1"), DECIDE_UPSERT);
    assert_int_equal(delta_of("b0", "-"), DECIDE_REMOVE);
    assert_int_equal(delta_of("b0", "b1"), DECIDE_METADATA);
}

static void
content_changed_within_the_same_second_is_an_upsert(void **state)
{
    (void)state;
    assert_int_equal(delta_of("b0", "x0"), DECIDE_UPSERT);
    assert_int_equal(delta_of("b0", "x0.01"), DECIDE_UPSERT);
}

static void
times_within_one_second_are_the_same_time(void **state)
{
    (void)state;
    assert_int_equal(delta_of("b0", "b0.01"), DECIDE_UNCHANGED); /* 600 ms */
    assert_int_equal(delta_of("b0", "b0.02"), DECIDE_METADATA);  /* 1200 ms */
}

static void
content_is_size_and_chunks(void **state)
{
    struct oid ones[2] = {{{1}}, {{2}}};
    struct oid others[2] = {{{1}}, {{3}}};
    struct file_record a = {.chunks = ones, .chunk_count = 2, .size = 9};
    struct file_record b = a;

    (void)state;
    assert_true(decide_same(&a, &b));
    b.chunks = others;
    assert_false(decide_same(&a, &b));
    b.chunk_count = 1;
    assert_false(decide_same(&a, &b));
    b = a;
    b.size = 8;
    assert_false(decide_same(&a, &b));
    assert_false(decide_same(&a, NULL));
    assert_false(decide_same(NULL, &a));
    assert_true(decide_same(NULL, NULL));
}

static void
seven_minutes_are_not_old_a_millisecond_more_is(void **state)
{
    struct file_record a = {.updated = FILES_EPOCH_MS};
    struct file_record b = {.updated = FILES_EPOCH_MS + 7 * MINUTE_MS};

    (void)state;
    assert_false(decide_is_old(&a, &b));
    b.updated++;
    assert_true(decide_is_old(&a, &b));
    assert_false(decide_is_old(&b, &a));
    assert_false(decide_is_old(NULL, &b));
    assert_false(decide_is_old(&a, NULL));
}

static void
times_at_the_end_of_their_range_do_not_overflow(void **state)
{
    struct file_record lowest = {.updated = INT64_MIN};
    struct file_record low = {.updated = INT64_MIN + 5};
    struct file_record highest = {.updated = INT64_MAX};

    (void)state;
    assert_false(decide_is_old(&lowest, &low));
    assert_true(decide_is_old(&lowest, &highest));
    assert_false(decide_is_old(&highest, &lowest));
}

static void
the_same_content_at_the_same_time_goes_to_the_higher_id(void **state)
{
    struct oid chunk = {{7}};
    struct file_record low = {.path = "/a",
                              .id = {{1}},
                              .chunks = &chunk,
                              .chunk_count = 1,
                              .updated = 1000};
    struct file_record high = low;
    struct decide_versions v = {NULL, &low, &high};
    struct decision d;

    (void)state;
    high.id.bytes[0] = 2;
    assert_int_equal(decide(&d, &v, NULL), 0);
    assert_int_equal(d.winner, DECIDE_CLOUD);
    v = (struct decide_versions){NULL, &high, &low};
    assert_int_equal(decide(&d, &v, NULL), 0);
    assert_int_equal(d.winner, DECIDE_LOCAL);
}

static void
a_temporary_file_is_not_taken_from_the_cloud(void **state)
{
    struct decision d = decide_words("/a.tmp", "-", "-", "y1");

    (void)state;
    assert_int_equal(d.winner, DECIDE_LOCAL);
    assert_int_equal(d.history, DECIDE_NONE);
    assert_int_equal(d.conflict, DECIDE_NO_CONFLICT);
    assert_int_equal(d.rule, DECIDE_RULE_TEMPORARY);
    assert_false(d.publish);
}

static void
a_temporary_file_in_conflict_stays_ours_and_keeps_a_copy(void **state)
{
    struct decision d = decide_words("/a.tmp", "b0", "x1", "y20");

    (void)state;
    assert_int_equal(d.winner, DECIDE_LOCAL);
    assert_int_equal(d.conflict, UU);
    assert_int_equal(d.history, DECIDE_CLOUD);
    assert_true(d.publish);
}

static void
the_removal_of_a_temporary_file_still_counts(void **state)
{
    struct decision d = decide_words("/a.tmp", "b0", "b0", "-");

    (void)state;
    assert_int_equal(d.winner, DECIDE_CLOUD);
    assert_int_equal(d.rule, DECIDE_RULE_CLOUD);
}

struct asked {
    int answer;
    int times;
};

static int
answer_fold(void *ctx, const struct file_record *base,
            const struct file_record *local)
{
    struct asked *a = ctx;

    assert_non_null(base);
    assert_non_null(local);
    a->times++;
    return a->answer;
}

static int
decide_fold(struct decision *d, struct asked *a, const char *path,
            const char *const words[3])
{
    struct decide_fold fold = {answer_fold, a};
    struct trio t;
    int rc;

    open_trio(&t, path, words);
    rc = decide(d, &t.v, &fold);
    close_trio(&t);
    return rc;
}

static const char *const BOTH[3] = {"b0", "x1", "y2"};

static void
an_edit_that_only_folds_gives_way(void **state)
{
    struct asked a = {.answer = 1};
    struct decision d;

    (void)state;
    assert_int_equal(decide_fold(&d, &a, "/box/doc.sy", BOTH), 0);
    assert_int_equal(d.winner, DECIDE_CLOUD);
    assert_int_equal(d.conflict, DECIDE_NO_CONFLICT);
    assert_int_equal(d.history, DECIDE_LOCAL);
    assert_int_equal(d.rule, DECIDE_RULE_FOLD);
    assert_false(d.publish);
}

static void
an_edit_that_does_more_stays_a_conflict(void **state)
{
    struct asked a = {.answer = 0};
    struct decision d;

    (void)state;
    assert_int_equal(decide_fold(&d, &a, "/box/doc.sy", BOTH), 0);
    assert_int_equal(a.times, 1);
    assert_int_equal(d.winner, DECIDE_LOCAL);
    assert_int_equal(d.conflict, UU);
}

static void
only_two_edits_of_a_document_with_a_base_are_looked_into(void **state)
{
    struct asked a = {.answer = 1};
    struct decision d;

    (void)state;
    assert_int_equal(decide_fold(&d, &a, "/box/doc.md", BOTH), 0);
    assert_int_equal(
        decide_fold(&d, &a, "/a.sy", (const char *const[]){"-", "x1", "y2"}),
        0);
    assert_int_equal(
        decide_fold(&d, &a, "/a.sy", (const char *const[]){"b0", "-", "y2"}),
        0);
    assert_int_equal(
        decide_fold(&d, &a, "/a.sy", (const char *const[]){"b0", "x1", "-"}),
        0);
    assert_int_equal(
        decide_fold(&d, &a, "/a.sy", (const char *const[]){"b0", "x1", "b0"}),
        0);
    assert_int_equal(a.times, 0);
}

static void
content_that_cannot_be_had_ends_the_decision(void **state)
{
    struct asked a = {.answer = -EIO};
    struct decision d = {.winner = DECIDE_CLOUD};

    (void)state;
    assert_int_equal(decide_fold(&d, &a, "/box/doc.sy", BOTH), -EIO);
    assert_int_equal(d.winner, DECIDE_CLOUD);
}

static void
every_word_has_a_text(void **state)
{
    (void)state;
    assert_string_equal(decide_conflict_name(RU), "local-remove-cloud-upsert");
    assert_string_equal(decide_conflict_name(UR), "local-upsert-cloud-remove");
    assert_string_equal(decide_conflict_name(UU), "local-upsert-cloud-upsert");
    for (int i = 0; i <= DECIDE_RULE_DOWNLOAD; i++)
        assert_true(strlen(decide_rule_text((enum decide_rule)i)) > 0);
    assert_string_equal(decide_side_name(DECIDE_CLOUD), "cloud");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_decides_as_written),
        cmocka_unit_test(a_delta_has_four_kinds),
        cmocka_unit_test(content_changed_within_the_same_second_is_an_upsert),
        cmocka_unit_test(times_within_one_second_are_the_same_time),
        cmocka_unit_test(content_is_size_and_chunks),
        cmocka_unit_test(seven_minutes_are_not_old_a_millisecond_more_is),
        cmocka_unit_test(times_at_the_end_of_their_range_do_not_overflow),
        cmocka_unit_test(
            the_same_content_at_the_same_time_goes_to_the_higher_id),
        cmocka_unit_test(a_temporary_file_is_not_taken_from_the_cloud),
        cmocka_unit_test(
            a_temporary_file_in_conflict_stays_ours_and_keeps_a_copy),
        cmocka_unit_test(the_removal_of_a_temporary_file_still_counts),
        cmocka_unit_test(an_edit_that_only_folds_gives_way),
        cmocka_unit_test(an_edit_that_does_more_stays_a_conflict),
        cmocka_unit_test(
            only_two_edits_of_a_document_with_a_base_are_looked_into),
        cmocka_unit_test(content_that_cannot_be_had_ends_the_decision),
        cmocka_unit_test(every_word_has_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
