#include "proto/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
frames_come_as_header_then_rows_of_three(void **unused)
{
    const enum snapshot_frame want[] = {
        SNAPSHOT_TOPIC,   SNAPSHOT_HEADER, SNAPSHOT_ENGINE, SNAPSHOT_STATE,
        SNAPSHOT_VERDICT, SNAPSHOT_ENGINE, SNAPSHOT_STATE,  SNAPSHOT_VERDICT,
    };

    (void)unused;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(snapshot_frame(i), want[i]);
}

static void
only_whole_rows_make_a_whole_part(void **unused)
{
    (void)unused;
    assert_false(snapshot_is_whole(0));
    assert_false(snapshot_is_whole(1));
    assert_true(snapshot_is_whole(2));
    assert_false(snapshot_is_whole(3));
    assert_false(snapshot_is_whole(4));
    assert_true(snapshot_is_whole(5));
    assert_true(snapshot_is_whole(2 + 3 * 1000));
}

static void
even_nothing_is_one_part(void **unused)
{
    (void)unused;
    assert_int_equal(snapshot_parts(0), 1);
    assert_int_equal(snapshot_parts(1), 1);
    assert_int_equal(snapshot_parts(1000), 1);
    assert_int_equal(snapshot_parts(1001), 2);
    assert_int_equal(snapshot_parts(10000), 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_as_header_then_rows_of_three),
        cmocka_unit_test(only_whole_rows_make_a_whole_part),
        cmocka_unit_test(even_nothing_is_one_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
