#include "services/sync-engine/cloud/local.h"
#include "services/sync-engine/cloud/temp_name.h"
#include "tests/support/store_conformance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define OBJECT "objects/ab/cdef0123456789cdef0123456789cdef012345"

static char folder[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static struct store *
open_store(const char *device)
{
    const struct local_options opt = {
        .path = folder, .name = "main", .device = device};
    struct store *s;
    struct fault f = {0};

    if (local_open(&s, &opt, &f) != 0)
        fail_msg("%s", f.cause);
    return s;
}

static int
setup(void **state)
{
    (void)snprintf(folder, sizeof folder, "/tmp/syncbus-local-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    *state = open_store("our-device");
    return 0;
}

static int
teardown(void **state)
{
    store_close(*state);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *
path_of(const char *key)
{
    static char path[512];

    (void)snprintf(path, sizeof path, "%s/main/%s", folder, key);
    return path;
}

static void
write_file(const char *key, const char *text, time_t mtime)
{
    const struct timespec times[2] = {{.tv_sec = mtime}, {.tv_sec = mtime}};
    int fd = open(path_of(key), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    if (mtime != 0)
        assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static bool
is_there(const char *key)
{
    return access(path_of(key), F_OK) == 0;
}

static int
put_text(struct store *s, const char *key, const char *text, unsigned flags)
{
    const struct store_body body = {.data = text, .size = strlen(text)};
    struct fault f = {0};

    return store_put(s, key, &body, flags, &f);
}

static void
opening_creates_nothing(void **state)
{
    (void)state;
    assert_false(is_there(""));
}

static void
objects_and_folders_have_the_format_s_modes(void **state)
{
    mode_t before = umask(077);
    struct stat st;

    assert_int_equal(put_text(*state, OBJECT, "x", 0), 0);
    umask(before);
    assert_int_equal(stat(path_of(OBJECT), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    before = umask(022);
    assert_int_equal(put_text(*state, "indexes/x", "x", 0), 0);
    umask(before);
    assert_int_equal(stat(path_of("indexes"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
}

/* The folder can be removed afterwards: nothing else was in it. */
static void
a_failed_put_leaves_the_old_object_and_no_temporary_file(void **state)
{
    const struct store_body gone = {.dir_fd = AT_FDCWD, .path = "/nowhere/x"};
    struct store_buffer b;
    struct fault f = {0};

    assert_int_equal(put_text(*state, "refs/latest", "old", STORE_REPLACE), 0);
    assert_true(store_put(*state, "refs/latest", &gone, STORE_REPLACE, &f) < 0);
    assert_int_equal(f.code, CODE_REPO_DAMAGED);
    assert_int_equal(store_get(*state, "refs/latest", 10, &b, &f), 0);
    assert_string_equal(b.data, "old");
    free(b.data);
    assert_int_equal(unlink(path_of("refs/latest")), 0);
    assert_int_equal(rmdir(path_of("refs")), 0);
}

static void
an_empty_object_is_written_again(void **state)
{
    struct store_buffer b;
    struct fault f = {0};

    assert_int_equal(put_text(*state, OBJECT, "", 0), 0);
    assert_int_equal(put_text(*state, OBJECT, "whole", 0), 0);
    assert_int_equal(store_get(*state, OBJECT, 10, &b, &f), 0);
    assert_string_equal(b.data, "whole");
    free(b.data);
}

static void
an_object_is_a_copy_not_a_link(void **state)
{
    char name[] = "/tmp/syncbus-source-XXXXXX";
    int fd = mkstemp(name);
    const struct store_body body = {.dir_fd = AT_FDCWD, .path = name};
    struct fault f = {0};
    struct stat st;

    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    assert_int_equal(store_put(*state, OBJECT, &body, 0, &f), 0);
    unlink(name);
    assert_int_equal(stat(path_of(OBJECT), &st), 0);
    assert_int_equal(st.st_nlink, 1);
}

static void
sweep_removes_ours_and_what_is_a_day_old(void **state)
{
    static const char fresh[] = "objects/ab/new0000000.tmp";
    static const char stale[] = "objects/ab/old0000000.tmp";
    static const char other[] = "indexes/notes.txt.tmp";
    struct temp_name names;
    char ours[64];
    struct fault f = {0};

    temp_name_init(&names, "our-device", 0);
    temp_name_next(&names, OBJECT, ours, sizeof ours);
    assert_int_equal(put_text(*state, OBJECT, "x", 0), 0);
    assert_int_equal(put_text(*state, "indexes/x", "x", 0), 0);
    write_file(ours, "x", 0);
    write_file(fresh, "x", time(NULL) - 60);
    write_file(stale, "x", time(NULL) - 90000);
    write_file(other, "x", time(NULL) - 90000);
    assert_int_equal(store_sweep(*state, &f), 0);
    assert_false(is_there(ours));
    assert_true(is_there(fresh));
    assert_false(is_there(stale));
    assert_true(is_there(other));
    assert_true(is_there(OBJECT));
}

static int
count(void *ctx, const char *name)
{
    (void)name;
    ++*(int *)ctx;
    return 0;
}

static void
temporary_files_are_not_listed(void **state)
{
    struct fault f = {0};
    int names = 0;

    assert_int_equal(put_text(*state, OBJECT, "x", 0), 0);
    write_file("objects/ab/cdefabc1234.tmp", "half", 0);
    assert_int_equal(store_list(*state, "objects/", count, &names, &f), 0);
    assert_int_equal(names, 1);
}

/* A power cut leaves names whose bytes never came. */
static void
empty_objects_are_not_listed(void **state)
{
    struct fault f = {0};
    int names = 0;

    assert_int_equal(put_text(*state, OBJECT, "x", 0), 0);
    write_file("objects/ab/empty", "", 0);
    assert_int_equal(store_list(*state, "objects/", count, &names, &f), 0);
    assert_int_equal(names, 1);
}

static void
a_missing_endpoint_is_a_configuration_error(void **state)
{
    const struct local_options opt = {
        .path = "/nowhere/store", .name = "main", .device = "d"};
    struct store *s = *state;
    struct fault f = {0};

    assert_int_equal(local_open(&s, &opt, &f), -ENOENT);
    assert_null(s);
    assert_int_equal(f.code, CODE_CONFIG);
    assert_non_null(strstr(f.cause, "/nowhere/store"));
}

static void
a_bad_cloud_name_is_a_configuration_error(void **state)
{
    static const char *const bad[] = {
        "",
        "..",
        "a/b",
        "a b",
        "x:y",
        "0123456789012345678901234567890123456789012345678901234567890123"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct local_options opt = {
            .path = folder, .name = bad[i], .device = "d"};
        struct store *s;
        struct fault f = {0};

        assert_int_equal(local_open(&s, &opt, &f), -EINVAL);
        assert_int_equal(f.code, CODE_CONFIG);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_CONFORMANCE_TESTS(setup, teardown),
        TEST(opening_creates_nothing),
        TEST(objects_and_folders_have_the_format_s_modes),
        TEST(a_failed_put_leaves_the_old_object_and_no_temporary_file),
        TEST(an_empty_object_is_written_again),
        TEST(an_object_is_a_copy_not_a_link),
        TEST(sweep_removes_ours_and_what_is_a_day_old),
        TEST(temporary_files_are_not_listed),
        TEST(empty_objects_are_not_listed),
        TEST(a_missing_endpoint_is_a_configuration_error),
        TEST(a_bad_cloud_name_is_a_configuration_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
