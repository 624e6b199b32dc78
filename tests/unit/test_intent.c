/* Tests of services/sync-engine/checkout/intent.c. */
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/path.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scratch scratch;
static struct problem problem;
static int fd;

static int
setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    fd = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    (void)close(fd);
    scratch_remove(&scratch);
    return 0;
}

static const char *paths[] = {"/a/one.sy", "/two", "/\xe5\x9b\xbe.png"};

static void
write_one(void)
{
    const struct intent in = {.seed = UINT64_MAX,
                              .paths = paths,
                              .count = 3,
                              .workspace = scratch.path};

    assert_int_equal(intent_write(fd, INTENT_CHECKOUT, &in, &problem), 0);
}

static void
what_was_written_is_read_back(void **state)
{
    struct intent in;

    (void)state;
    write_one();
    assert_int_equal(intent_read(&in, fd, INTENT_CHECKOUT, &problem), 0);
    assert_true(in.seed == UINT64_MAX);
    assert_int_equal(in.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(in.paths[i], paths[i]);
    assert_string_equal(in.workspace, scratch.path);
    intent_clear(&in);
    intent_end(fd, INTENT_CHECKOUT);
    assert_int_equal(intent_read(&in, fd, INTENT_CHECKOUT, &problem),
                     INTENT_NONE);
    assert_int_equal(in.count, 0);
}

static int
read_bytes(const void *bytes, size_t len)
{
    struct intent in;
    int rc;

    assert_int_equal(disk_write(fd, INTENT_CHECKOUT, bytes, len), 0);
    rc = intent_read(&in, fd, INTENT_CHECKOUT, &problem);
    assert_true(rc == 0 || (in.count == 0 && in.paths == NULL));
    intent_clear(&in);
    return rc;
}

static void
every_truncation_is_refused(void **state)
{
    struct buffer whole = {0};

    (void)state;
    write_one();
    assert_int_equal(disk_read(fd, INTENT_CHECKOUT, &whole, 4096), 0);
    for (size_t len = 0; len < whole.len; len++)
        assert_int_equal(read_bytes(whole.data, len), INTENT_REFUSED);
    assert_int_equal(read_bytes(whole.data, whole.len), 0);
    buffer_clear(&whole);
}

static void
garbage_is_refused(void **state)
{
    static const char MANY[] = "syncbus-intent 1\n/ws\0"
                               "1\0"
                               "99999999999999\0/a\0end";
    static const char SIGN[] = "syncbus-intent 1\n/ws\0"
                               "-1\0"
                               "1\0/a\0end";
    static const char OUT[] = "syncbus-intent 1\n/ws\0"
                              "1\0"
                              "1\0/../a\0end";
    static const char MORE[] = "syncbus-intent 1\n/ws\0"
                               "1\0"
                               "1\0/a\0end\0";
    static const char GOOD[] = "syncbus-intent 1\n/ws\0"
                               "1\0"
                               "1\0/a\0end";

    (void)state;
    assert_int_equal(read_bytes("", 0), INTENT_REFUSED);
    assert_int_equal(read_bytes("nonsense", 8), INTENT_REFUSED);
    assert_int_equal(read_bytes(MANY, sizeof MANY), INTENT_REFUSED);
    assert_int_equal(read_bytes(SIGN, sizeof SIGN), INTENT_REFUSED);
    assert_int_equal(read_bytes(OUT, sizeof OUT), INTENT_REFUSED);
    assert_int_equal(read_bytes(MORE, sizeof MORE), INTENT_REFUSED);
    assert_int_equal(read_bytes(GOOD, sizeof GOOD), 0);
}

static bool
is_suffix(const char *text)
{
    return strlen(text) == INTENT_SUFFIX_LEN &&
           strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz") == 7 &&
           strcmp(text + 7, ".tmp") == 0;
}

static void
temporary_names_are_those_of_the_format(void **state)
{
    char name[INTENT_NAME_MAX];
    char next[INTENT_NAME_MAX];

    (void)state;
    (void)intent_temp_name(name, "doc.sy", UINT64_MAX, 0);
    assert_memory_equal(name, "doc.sy", 6);
    assert_true(is_suffix(name + 6));
    (void)intent_temp_name(next, "doc.sy", UINT64_MAX, 1);
    assert_string_not_equal(name, next);
    (void)intent_temp_name(next, "doc.sy", UINT64_MAX, 0);
    assert_string_equal(name, next);
    (void)intent_temp_name(name, "doc.sy", 0, 37);
    assert_string_equal(name, "doc.sy0000011.tmp");
}

static void
long_names_are_cut_at_a_character(void **state)
{
    char whole[256] = "";
    char name[INTENT_NAME_MAX];
    size_t len;

    (void)state;
    for (size_t i = 0; i < 85; i++)
        memcpy(whole + 3 * i, "\xe5\x9b\xbe", 3);
    (void)intent_temp_name(name, whole, 1, 2);
    len = strlen(name);
    assert_true(len <= 255);
    assert_true(path_is_utf8(name, len));
    assert_true(is_suffix(name + len - INTENT_SUFFIX_LEN));
    (void)memset(whole, 'x', 244);
    whole[244] = '\0';
    (void)intent_temp_name(name, whole, 1, 2);
    assert_int_equal(strlen(name), 255);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_back),
        TEST(every_truncation_is_refused),
        TEST(garbage_is_refused),
        TEST(temporary_names_are_those_of_the_format),
        TEST(long_names_are_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
