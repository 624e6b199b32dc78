#include "services/sync-engine/merge/merge.h"

#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The snapshots of one case, "-" for none, and the plan for them. */
struct fixture {
    struct file_list lists[3];
    struct merge_input in;
    struct merge_plan plan;
};

typedef int (*merge_fn)(struct merge_plan *, const struct merge_input *);

static const struct file_list *
open_list(struct file_list *l, const char *text)
{
    if (strcmp(text, "-") == 0)
        return NULL;
    files_read(l, text);
    return l;
}

static void
open_plan(struct fixture *x, merge_fn merge, const char *const texts[3])
{
    *x = (struct fixture){0};
    x->in.base = open_list(&x->lists[0], texts[0]);
    x->in.local = open_list(&x->lists[1], texts[1]);
    x->in.cloud = open_list(&x->lists[2], texts[2]);
    assert_int_equal(merge(&x->plan, &x->in), 0);
}

static void
close_plan(struct fixture *x)
{
    merge_plan_clear(&x->plan);
    for (int i = 0; i < 3; i++)
        file_list_clear(&x->lists[i]);
}

#define OPEN(x, merge, ...)                                                    \
    open_plan(x, merge, (const char *const[]){__VA_ARGS__})

static void
assert_paths(const struct merge_files *l, const char *expected)
{
    char paths[512] = "";
    size_t len = 0;

    for (size_t i = 0; i < l->count; i++) {
        len += (size_t)snprintf(paths + len, sizeof paths - len, "%s%s",
                                i > 0 ? " " : "", l->files[i]->path);
    }
    assert_string_equal(paths, expected);
}

static void
what_did_not_change_makes_an_empty_plan(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:x@0 /b:y@1", "/a:x@0 /b:y@1", "/a:x@0 /b:y@1");
    assert_false(merge_data_changed(&x.plan));
    assert_false(x.plan.local_changed);
    assert_int_equal(x.plan.changes.count, 0);
    close_plan(&x);
    OPEN(&x, merge_both, "-", "-", "-");
    assert_false(merge_data_changed(&x.plan));
    assert_false(x.plan.local_changed);
    close_plan(&x);
}

static void
each_side_brings_its_changes(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:x@0 /b:x@0 /c:x@0", "/a:new@5 /b:x@0 /d:x@1",
         "/a:x@0 /c:x@0 /e:x@2");
    assert_paths(&x.plan.upserts, "/e");
    assert_paths(&x.plan.removes, "/b");
    assert_paths(&x.plan.history, "");
    assert_int_equal(x.plan.conflicts.count, 0);
    assert_true(x.plan.local_changed);
    assert_true(merge_data_changed(&x.plan));
    close_plan(&x);
}

static void
an_upsert_is_the_clouds_version_and_a_remove_is_ours(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:x@0 /b:x@0", "/a:x@0 /b:x@0", "/a:y@1");
    assert_ptr_equal(x.plan.upserts.files[0], &x.lists[2].files[0]);
    assert_ptr_equal(x.plan.removes.files[0], &x.lists[1].files[1]);
    assert_false(x.plan.local_changed);
    close_plan(&x);
}

static void
a_conflict_names_all_and_keeps_the_loser(void **state)
{
    const struct merge_conflict *c;
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:b@0", "/a:ours@11", "/a:theirs@10");
    assert_int_equal(x.plan.conflicts.count, 1);
    c = x.plan.conflicts.items;
    assert_string_equal(c->path, "/a");
    assert_int_equal(c->kind, DECIDE_LOCAL_UPSERT_CLOUD_UPSERT);
    assert_int_equal(c->winner, DECIDE_LOCAL);
    assert_ptr_equal(c->versions.base, x.lists[0].files);
    assert_ptr_equal(c->copy, x.lists[2].files);
    assert_ptr_equal(x.plan.history.files[0], x.lists[2].files);
    assert_int_equal(x.plan.upserts.count, 0);
    close_plan(&x);

    OPEN(&x, merge_both, "/a:b@0", "/a:ours@1", "/a:theirs@20");
    c = x.plan.conflicts.items;
    assert_int_equal(c->winner, DECIDE_CLOUD);
    assert_ptr_equal(c->copy, x.lists[1].files);
    assert_paths(&x.plan.upserts, "/a");
    close_plan(&x);
}

static void
an_edit_against_a_removal_keeps_a_history_but_no_copy(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:b@0", "/a:ours@1", "");
    assert_int_equal(x.plan.conflicts.items[0].kind,
                     DECIDE_LOCAL_UPSERT_CLOUD_REMOVE);
    assert_null(x.plan.conflicts.items[0].copy);
    assert_ptr_equal(x.plan.history.files[0], x.lists[1].files);
    close_plan(&x);
}

static void
conflicts_and_changes_come_in_the_order_of_their_paths(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "", "/b:1@1 /.z:1@1 /a/b:1@1 /a:1@1 /Z:1@1 /a.b:1@1",
         "/b:2@1 /.z:2@1 /a/b:2@1 /a:2@1 /Z:2@1 /a.b:2@1");
    assert_int_equal(x.plan.conflicts.count, 6);
    for (size_t i = 1; i < 6; i++) {
        assert_true(strcmp(x.plan.conflicts.items[i - 1].path,
                           x.plan.conflicts.items[i].path) < 0);
        assert_string_equal(x.plan.changes.items[i].path,
                            x.plan.conflicts.items[i].path);
    }
    close_plan(&x);
}

static void
a_touch_alone_makes_us_publish(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:b@0", "/a:b@1", "/a:b@0");
    assert_true(x.plan.local_changed);
    assert_false(merge_data_changed(&x.plan));
    close_plan(&x);
}

static void
a_removal_on_both_sides_is_a_change_of_ours(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:b@0 /k:k@0", "/k:k@0", "/k:k@0");
    assert_true(x.plan.local_changed);
    assert_false(merge_data_changed(&x.plan));
    close_plan(&x);
}

static void
equal_content_within_a_second_is_not_written_again(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:b@0", "/a:s@1", "/a:s@1.01"); /* 600 ms */
    assert_int_equal(x.plan.changes.items[0].decision.winner, DECIDE_CLOUD);
    assert_int_equal(x.plan.changes.items[0].action, MERGE_KEEP);
    assert_false(merge_data_changed(&x.plan));
    close_plan(&x);
}

static void
other_content_of_the_same_second_is_written(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:b@0", "/a:b@0", "/a:c@0");
    assert_paths(&x.plan.upserts, "/a");
    close_plan(&x);
}

static void
a_store_without_a_snapshot_removes_nothing(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:b@0 /b:b@0", "/a:b@0 /b:b@0", "-");
    assert_false(merge_data_changed(&x.plan));
    assert_false(x.plan.local_changed);
    close_plan(&x);
    OPEN(&x, merge_both, "/a:b@0 /b:b@0", "/a:b@0 /b:b@0", "");
    assert_paths(&x.plan.removes, "/a /b");
    close_plan(&x);
}

static void
a_joining_empty_device_takes_everything_and_publishes_nothing(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "-", "-", "/a:b@0 /b:b@0");
    assert_paths(&x.plan.upserts, "/a /b");
    assert_false(x.plan.local_changed);
    close_plan(&x);
}

static void
a_joining_device_with_files_keeps_every_byte(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "-", "/both:ours@0 /old:ours@0 /ours:x@0 /same:s@3",
         "/both:theirs@1 /old:theirs@30 /same:s@9 /theirs:y@0");
    assert_paths(&x.plan.upserts, "/old /same /theirs");
    assert_paths(&x.plan.removes, "");
    assert_paths(&x.plan.history, "/both /old");
    assert_int_equal(x.plan.conflicts.count, 2);
    close_plan(&x);
}

static void
upserts_are_in_the_order_of_writing(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "", "",
         "/box/a/b.sy:x@0 /box/c.sy:x@0 /assets/i.png:x@0 "
         "/.siyuan/syncignore:x@0 /storage/av/1.json:x@0");
    assert_paths(&x.plan.upserts,
                 "/.siyuan/syncignore /assets/i.png /storage/av/1.json "
                 "/box/c.sy /box/a/b.sy");
    close_plan(&x);
}

static void
removes_in_the_way_of_an_upsert_come_first(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:x@0 /b/c:x@0 /b/d:x@0 /z:x@0 /0:x@0",
         "/a:x@0 /b/c:x@0 /b/d:x@0 /z:x@0 /0:x@0", "/a/new:x@1 /b:x@1");
    assert_paths(&x.plan.removes, "/a /b/c /b/d /0 /z");
    assert_int_equal(x.plan.remove_first, 3);
    close_plan(&x);
}

static void
a_path_that_comes_twice_counts_once(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "", "/a:x@0 /a:x@0", "/a:x@0 /b:y@0 /b:y@0");
    assert_paths(&x.plan.upserts, "/b");
    close_plan(&x);
}

static int
fail_fold(void *ctx, const struct file_record *base,
          const struct file_record *local)
{
    (void)ctx;
    (void)base;
    (void)local;
    return -EIO;
}

static void
content_that_cannot_be_had_leaves_no_plan(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/0:x@0 /a.sy:b@0", "/0:y@1 /a.sy:x@1",
         "/0:x@0 /a.sy:y@1");
    merge_plan_clear(&x.plan);
    x.in.fold.ask = fail_fold;
    assert_int_equal(merge_both(&x.plan, &x.in), -EIO);
    assert_int_equal(x.plan.changes.count, 0);
    assert_null(x.plan.changes.items);
    assert_int_equal(merge_download(&x.plan, &x.in), 0);
    close_plan(&x);
}

static void
a_download_makes_ours_like_the_clouds(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_download, "/a:x@0 /b:x@0 /c:x@0", "/a:x@0 /c:x@0 /n:x@1",
         "/a:y@1 /b:x@0");
    assert_paths(&x.plan.upserts, "/a /b");
    assert_paths(&x.plan.removes, "/c /n");
    assert_paths(&x.plan.history, "/n");
    assert_true(x.plan.local_changed);
    assert_int_equal(x.plan.conflicts.count, 1);
    assert_int_equal(x.plan.conflicts.items[0].kind,
                     DECIDE_LOCAL_UPSERT_CLOUD_REMOVE);
    assert_int_equal(x.plan.conflicts.items[0].winner, DECIDE_CLOUD);
    assert_ptr_equal(x.plan.conflicts.items[0].copy,
                     file_list_find(&x.lists[1], "/n"));
    close_plan(&x);
}

static void
a_download_compares_paths_and_seconds_only(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_download, "/a:b@0", "/a:s@11", "/a:s@10");
    assert_paths(&x.plan.upserts, "/a");
    assert_paths(&x.plan.history, "/a");
    assert_int_equal(x.plan.conflicts.count, 1);
    close_plan(&x);
    OPEN(&x, merge_download, "/a:b@0", "/a:b@0", "/a:b@0.01");
    assert_false(merge_data_changed(&x.plan));
    close_plan(&x);
}

static void
a_download_of_old_versions_and_temporary_files_takes_them(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_download, "/a:b@0", "/a:b@60", "/a:y@1 /t.tmp:x@0");
    assert_paths(&x.plan.upserts, "/a /t.tmp");
    close_plan(&x);
}

static void
a_download_from_an_empty_store_does_nothing(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_download, "/a:b@0", "/a:x@1", "-");
    assert_false(merge_data_changed(&x.plan));
    assert_int_equal(x.plan.changes.count, 0);
    close_plan(&x);
}

static void
only_another_syncignore_of_the_clouds_is_new(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "", "/.siyuan/syncignore:a@0",
         "/.siyuan/syncignore:a@0.01");
    assert_null(merge_new_ignore(&x.in));
    close_plan(&x);
    OPEN(&x, merge_both, "", "/.siyuan/syncignore:a@0",
         "/.siyuan/syncignore:a@1");
    assert_ptr_equal(merge_new_ignore(&x.in), x.lists[2].files);
    close_plan(&x);
    OPEN(&x, merge_both, "", "-", "/.siyuan/syncignore:a@0");
    assert_ptr_equal(merge_new_ignore(&x.in), x.lists[2].files);
    close_plan(&x);
    OPEN(&x, merge_both, "", "/.siyuan/syncignore:a@0", "/a:x@0");
    assert_null(merge_new_ignore(&x.in));
    close_plan(&x);
    OPEN(&x, merge_both, "", "/.siyuan/syncignore:a@0", "-");
    assert_null(merge_new_ignore(&x.in));
    close_plan(&x);
}

static void
filter(struct fixture *x, const char *patterns)
{
    struct ignore *ig;

    assert_int_equal(ignore_new(&ig, patterns, strlen(patterns)), 0);
    assert_int_equal(merge_filter_removes(&x->plan, ig), 0);
    ignore_free(ig);
}

static void
a_file_that_is_only_ignored_now_is_not_removed(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a.log:x@0 /b.txt:x@0 /c.log:x@0",
         "/a.log:x@0 /b.txt:x@0 /c.log:x@0",
         "/.siyuan/syncignore:*.log@1 /new.log:x@1");
    filter(&x, "*.log\n");
    assert_paths(&x.plan.removes, "/b.txt");
    assert_paths(&x.plan.upserts, "/.siyuan/syncignore /new.log");
    assert_string_equal(x.plan.changes.items[1].path, "/a.log");
    assert_int_equal(x.plan.changes.items[1].action, MERGE_KEEP);
    assert_int_equal(x.plan.changes.items[2].action, MERGE_REMOVE);
    close_plan(&x);
}

static void
taking_back_a_leading_remove_keeps_the_others_leading(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:x@0 /b:x@0 /c:x@0", "/a:x@0 /b:x@0 /c:x@0",
         "/a/1:x@1 /b/1:x@1");
    assert_int_equal(x.plan.remove_first, 2);
    filter(&x, "/a\n");
    assert_paths(&x.plan.removes, "/b /c");
    assert_int_equal(x.plan.remove_first, 1);
    close_plan(&x);
}

static void
when_every_remove_is_taken_back_nothing_has_changed(void **state)
{
    struct fixture x;

    (void)state;
    OPEN(&x, merge_both, "/a:x@0 /b:x@0", "/a:x@0 /b:x@0", "/b:x@0");
    assert_true(merge_data_changed(&x.plan));
    filter(&x, "/a");
    assert_false(merge_data_changed(&x.plan));
    close_plan(&x);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_did_not_change_makes_an_empty_plan),
        cmocka_unit_test(each_side_brings_its_changes),
        cmocka_unit_test(an_upsert_is_the_clouds_version_and_a_remove_is_ours),
        cmocka_unit_test(a_conflict_names_all_and_keeps_the_loser),
        cmocka_unit_test(an_edit_against_a_removal_keeps_a_history_but_no_copy),
        cmocka_unit_test(
            conflicts_and_changes_come_in_the_order_of_their_paths),
        cmocka_unit_test(a_touch_alone_makes_us_publish),
        cmocka_unit_test(a_removal_on_both_sides_is_a_change_of_ours),
        cmocka_unit_test(equal_content_within_a_second_is_not_written_again),
        cmocka_unit_test(other_content_of_the_same_second_is_written),
        cmocka_unit_test(a_store_without_a_snapshot_removes_nothing),
        cmocka_unit_test(
            a_joining_empty_device_takes_everything_and_publishes_nothing),
        cmocka_unit_test(a_joining_device_with_files_keeps_every_byte),
        cmocka_unit_test(upserts_are_in_the_order_of_writing),
        cmocka_unit_test(removes_in_the_way_of_an_upsert_come_first),
        cmocka_unit_test(a_path_that_comes_twice_counts_once),
        cmocka_unit_test(content_that_cannot_be_had_leaves_no_plan),
        cmocka_unit_test(a_download_makes_ours_like_the_clouds),
        cmocka_unit_test(a_download_compares_paths_and_seconds_only),
        cmocka_unit_test(
            a_download_of_old_versions_and_temporary_files_takes_them),
        cmocka_unit_test(a_download_from_an_empty_store_does_nothing),
        cmocka_unit_test(only_another_syncignore_of_the_clouds_is_new),
        cmocka_unit_test(a_file_that_is_only_ignored_now_is_not_removed),
        cmocka_unit_test(taking_back_a_leading_remove_keeps_the_others_leading),
        cmocka_unit_test(when_every_remove_is_taken_back_nothing_has_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
