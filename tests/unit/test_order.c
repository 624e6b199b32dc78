#include "services/sync-engine/merge/order.h"

#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const WRITTEN[] = {
    "/.siyuan/syncignore",
    "/box/.siyuan/sort.json",
    "/assets/a.png",
    "/assets/sub/a.png",
    "/emojis/x.png",
    "/storage/av/1.json",
    "/plugins/p/plugin.json",
    "/widgets/w",
    "/templates/t.md",
    "/public/p",
    "/zz.txt",
    "/box/a.sy",
    "/box/a/b.sy",
    "/box/assets/a.png",
};

static int
sign(int n)
{
    return (n > 0) - (n < 0);
}

static void
what_a_kernel_needs_first_is_written_first(void **state)
{
    int count = (int)(sizeof WRITTEN / sizeof *WRITTEN);

    (void)state;
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
            assert_int_equal(sign(order_compare(WRITTEN[i], WRITTEN[j])),
                             sign(i - j));
        }
    }
}

static bool
blocks(const char *path, const char *upserts)
{
    const struct file_record *sorted[8];
    struct file_list l;
    bool answer;

    files_read(&l, upserts);
    for (size_t i = 0; i < l.count; i++)
        sorted[i] = &l.files[i];
    answer = order_is_in_way(path, sorted, l.count);
    file_list_clear(&l);
    return answer;
}

static void
a_file_where_a_folder_has_to_be_is_in_the_way(void **state)
{
    (void)state;
    assert_true(blocks("/a", "/a/b:x@0"));
    assert_true(blocks("/a", "/a.txt:x@0 /a/b/c:x@0 /b:x@0"));
    assert_true(blocks("/a/b", "/a/b/c/d:x@0"));
    assert_false(blocks("/a", "/ab:x@0 /b/a:x@0"));
    assert_false(blocks("/a", "/a.b/c:x@0"));
}

static void
a_file_in_a_folder_that_has_to_be_a_file_is_in_the_way(void **state)
{
    (void)state;
    assert_true(blocks("/a/b/c", "/a/b:x@0"));
    assert_true(blocks("/a/b/c", "/a:x@0"));
    assert_false(blocks("/a/b/c", "/a/c:x@0"));
    assert_false(blocks("/ab/c", "/a:x@0"));
}

static void
nothing_written_nothing_in_the_way(void **state)
{
    (void)state;
    assert_false(blocks("/a", ""));
    assert_false(blocks("/a", "/a:x@0"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_kernel_needs_first_is_written_first),
        cmocka_unit_test(a_file_where_a_folder_has_to_be_is_in_the_way),
        cmocka_unit_test(
            a_file_in_a_folder_that_has_to_be_a_file_is_in_the_way),
        cmocka_unit_test(nothing_written_nothing_in_the_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
