#include "services/sync-engine/merge/outcome.h"

#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* The paths after a sync both ways; "*" marks the cloud's version. */
static void
check(const char *base, const char *local, const char *cloud,
      const char *expected)
{
    struct file_list b;
    struct file_list l;
    struct file_list c;
    struct file_list after;
    struct merge_plan p;
    struct merge_input in = {.base = &b, .local = &l, .cloud = &c};
    char found[256] = "";
    size_t len = 0;

    files_read(&b, base);
    files_read(&l, local);
    files_read(&c, cloud);
    assert_int_equal(merge_both(&p, &in), 0);
    assert_int_equal(outcome_list(&after, &in, &p), 0);
    for (size_t i = 0; i < after.count; i++) {
        const struct file_record *f = &after.files[i];
        const struct file_record *ours = file_list_find(&l, f->path);

        len += (size_t)snprintf(
            found + len, sizeof found - len, "%s%s%s", i > 0 ? " " : "",
            f->path, ours == NULL || ours->chunks != f->chunks ? "*" : "");
    }
    assert_string_equal(found, expected);
    file_list_clear(&after);
    merge_plan_clear(&p);
    file_list_clear(&b);
    file_list_clear(&l);
    file_list_clear(&c);
}

static void
each_file_is_there_in_the_version_that_won(void **state)
{
    (void)state;
    check("/a:x@0 /b:x@0 /c:x@0 /d:x@0", "/a:y@1 /b:x@0 /c:x@0 /e:n@1",
          "/a:x@0 /b:z@1 /d:x@0 /f:n@1", "/a /b* /e /f*");
    check("/m:x@0", "/m:y@1 /z:x@0", "/0:x@0 /m:z@2", "/0* /m /z");
}

static void
without_changes_it_is_what_there_was(void **state)
{
    (void)state;
    check("/a:x@0 /b:x@0", "/a:x@0 /b:x@0", "/a:x@0 /b:x@0", "/a /b");
    check("", "", "", "");
}

static void
a_file_removed_on_both_sides_is_gone(void **state)
{
    (void)state;
    check("/a:x@0 /b:x@0", "/a:x@0", "/a:x@0", "/a");
}

static void
a_path_that_comes_twice_is_there_once(void **state)
{
    (void)state;
    check("", "/a:x@0 /a:x@0 /b:y@1", "/c:z@0", "/a /b /c*");
}

static void
a_joining_device_will_have_what_the_cloud_has(void **state)
{
    struct file_list c;
    struct file_list after;
    struct merge_plan p;
    struct merge_input in = {.cloud = &c};

    (void)state;
    files_read(&c, "/a:x@0 /b:x@0");
    assert_int_equal(merge_both(&p, &in), 0);
    assert_int_equal(outcome_list(&after, &in, &p), 0);
    assert_int_equal(after.count, 2);
    file_list_clear(&after);
    merge_plan_clear(&p);
    file_list_clear(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_there_in_the_version_that_won),
        cmocka_unit_test(without_changes_it_is_what_there_was),
        cmocka_unit_test(a_file_removed_on_both_sides_is_gone),
        cmocka_unit_test(a_path_that_comes_twice_is_there_once),
        cmocka_unit_test(a_joining_device_will_have_what_the_cloud_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
