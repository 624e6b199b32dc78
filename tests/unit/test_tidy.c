/* Tests of services/sync-engine/checkout/tidy.c. */
#include "services/sync-engine/checkout/tidy.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct scratch scratch;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

/* Make the folder and those above it. */
static void
make(const char *name)
{
    char path[PATH_MAX];

    (void)scratch_path(&scratch, name, path);
    for (char *c = path + strlen(scratch.path) + 1; *c != '\0'; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        (void)mkdir(path, 0755);
        *c = '/';
    }
    assert_int_equal(mkdir(path, 0755), 0);
}

static size_t
tidy(void)
{
    int fd = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    size_t removed = tidy_run(fd, scratch.path);

    (void)close(fd);
    return removed;
}

static void
nested_empty_folders_go(void **state)
{
    (void)state;
    make("a/b/c");
    make("a/d");
    assert_int_equal(tidy(), 4);
    assert_false(scratch_has(&scratch, "a"));
}

static void
folders_with_a_file_stay(void **state)
{
    (void)state;
    make("a/empty");
    scratch_write(&scratch, "a/b/.hidden", "x", 0);
    assert_int_equal(tidy(), 1);
    assert_true(scratch_has(&scratch, "a/b/.hidden"));
    assert_false(scratch_has(&scratch, "a/empty"));
}

static void
spared_names_are_neither_removed_nor_entered(void **state)
{
    static const char *const SPARED[] = {
        "assets",  "emojis",  "snippets", "storage", "templates",
        "widgets", "plugins", "public",   ".git",
    };
    char name[64];

    (void)state;
    for (size_t i = 0; i < sizeof SPARED / sizeof *SPARED; i++) {
        assert_true(tidy_spares(SPARED[i]));
        (void)snprintf(name, sizeof name, "box/%s/empty", SPARED[i]);
        make(name);
    }
    make("assets/empty");
    assert_int_equal(tidy(), 0);
    assert_true(scratch_has(&scratch, "box/public/empty"));
    assert_true(scratch_has(&scratch, "assets/empty"));
    assert_false(tidy_spares("asset"));
    assert_false(tidy_spares("Assets"));
}

static void
a_link_is_an_entry(void **state)
{
    char from[PATH_MAX];

    (void)state;
    make("out/empty");
    make("a");
    assert_int_equal(symlink("../out", scratch_path(&scratch, "a/l", from)), 0);
    assert_int_equal(tidy(), 2);
    assert_true(scratch_has(&scratch, "a"));
    assert_int_equal(unlink(from), 0);
}

static int
tidy_as_nobody(void *ctx)
{
    char path[PATH_MAX];

    (void)ctx;
    (void)chmod(scratch_path(&scratch, "a", path), 0555);
    return (int)tidy();
}

static void
what_cannot_be_removed_is_left(void **state)
{
    (void)state;
    make("a/b");
    make("c");
    assert_int_equal(scratch_as_nobody(&scratch, tidy_as_nobody, NULL), 1);
    assert_true(scratch_has(&scratch, "a/b"));
    assert_false(scratch_has(&scratch, "c"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nested_empty_folders_go),
        TEST(folders_with_a_file_stay),
        TEST(spared_names_are_neither_removed_nor_entered),
        TEST(a_link_is_an_entry),
        TEST(what_cannot_be_removed_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
