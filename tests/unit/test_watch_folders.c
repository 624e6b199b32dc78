#include "services/sync-engine/watch_folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static void
every_number_has_its_folder_in_any_order(void **state)
{
    struct watch_folders f = {0};
    char name[16];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int wd = i * 7 % 1000;

        (void)snprintf(name, sizeof name, "/%d", wd);
        assert_int_equal(watch_folders_set(&f, wd, name, 1), 0);
    }
    assert_int_equal(f.count, 1000);
    for (int wd = 0; wd < 1000; wd++) {
        (void)snprintf(name, sizeof name, "/%d", wd);
        assert_string_equal(watch_folders_find(&f, wd)->path, name);
    }
    assert_null(watch_folders_find(&f, 1000));
    watch_folders_clear(&f);
    assert_null(watch_folders_find(&f, 1));
}

static void
a_known_number_gets_the_new_name(void **state)
{
    struct watch_folders f = {0};

    (void)state;
    assert_int_equal(watch_folders_set(&f, 3, "/old", 1), 0);
    assert_int_equal(watch_folders_set(&f, 3, "/new", 2), 0);
    assert_int_equal(f.count, 1);
    assert_string_equal(watch_folders_find(&f, 3)->path, "/new");
    assert_int_equal(watch_folders_find(&f, 3)->round, 2);
    watch_folders_clear(&f);
}

static void
a_forgotten_folder_leaves_the_others(void **state)
{
    struct watch_folders f = {0};

    (void)state;
    for (int wd = 1; wd <= 3; wd++)
        assert_int_equal(watch_folders_set(&f, wd, "/x", 1), 0);
    watch_folders_forget(&f, 1);
    assert_non_null(watch_folders_find(&f, 1));
    assert_null(watch_folders_find(&f, 2));
    assert_non_null(watch_folders_find(&f, 3));
    watch_folders_clear(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_its_folder_in_any_order),
        cmocka_unit_test(a_known_number_gets_the_new_name),
        cmocka_unit_test(a_forgotten_folder_leaves_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
