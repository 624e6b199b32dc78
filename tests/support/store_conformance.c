#include "tests/support/store_conformance.h"
#include "services/sync-engine/cloud/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OBJECT "objects/ab/cdef0123456789cdef0123456789cdef012345"
#define REF    "refs/latest"

static int
put_text(struct store *s, const char *key, const char *text, unsigned flags)
{
    const struct store_body body = {.data = text, .size = strlen(text)};
    struct fault f = {0};
    int rc = store_put(s, key, &body, flags, &f);

    if (rc < 0)
        fail_msg("put %s: %s", key, f.cause);
    return rc;
}

static void
assert_holds(struct store *s, const char *key, const char *text)
{
    struct store_buffer b;
    struct fault f = {0};

    assert_int_equal(store_get(s, key, 1 << 20, &b, &f), 0);
    assert_int_equal(b.size, strlen(text));
    assert_string_equal(b.data, text);
    free(b.data);
}

void
what_was_put_is_read_back(void **state)
{
    put_text(*state, OBJECT, "one", 0);
    put_text(*state, "indexes/0123", "two", 0);
    put_text(*state, "lock-sync", "", STORE_REPLACE);
    assert_holds(*state, OBJECT, "one");
    assert_holds(*state, "indexes/0123", "two");
    assert_holds(*state, "lock-sync", "");
}

static void
check_file(struct store *s, const char *key, size_t size)
{
    char name[] = "/tmp/syncbus-conformance-XXXXXX";
    int fd = mkstemp(name);
    char *data = malloc(size + 1);
    const struct store_body body = {.dir_fd = AT_FDCWD, .path = name};
    struct store_buffer b;
    struct fault f = {0};

    assert_non_null(data);
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i * 31 + i / 251);
    assert_int_equal(write(fd, data, size), size);
    close(fd);
    assert_int_equal(store_put(s, key, &body, 0, &f), 0);
    unlink(name);
    assert_int_equal(store_get(s, key, 1 << 23, &b, &f), 0);
    assert_int_equal(b.size, size);
    assert_memory_equal(b.data, data, size);
    free(b.data);
    free(data);
}

/* Around every size at which a store may choose another way to copy. */
void
a_file_is_stored_byte_for_byte(void **state)
{
    static const size_t sizes[] = {
        1,       28,      4095,    4096,          65535,           65536,
        65537,   131071,  131072,  131073,        1048575,         1048576,
        1048577, 1052672, 1 << 21, (1 << 21) + 1, (5 << 20) + 4097};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char key[64];

        (void)snprintf(key, sizeof key, "objects/ab/%zu", sizes[i]);
        check_file(*state, key, sizes[i]);
    }
}

void
an_absent_object_is_an_outcome_not_a_failure(void **state)
{
    struct store_buffer b;
    struct fault f = {0};

    assert_int_equal(store_get(*state, OBJECT, 100, &b, &f), STORE_ABSENT);
    assert_null(b.data);
    assert_int_equal(store_exists(*state, OBJECT, &f), STORE_ABSENT);
    put_text(*state, OBJECT, "x", 0);
    assert_int_equal(store_exists(*state, OBJECT, &f), 0);
    assert_int_equal(store_exists(*state, REF, &f), STORE_ABSENT);
}

void
deleting_twice_is_success(void **state)
{
    struct fault f = {0};

    put_text(*state, REF, "x", STORE_REPLACE);
    assert_int_equal(store_del(*state, REF, &f), 0);
    assert_int_equal(store_exists(*state, REF, &f), STORE_ABSENT);
    assert_int_equal(store_del(*state, REF, &f), 0);
    assert_int_equal(store_del(*state, "never/was", &f), 0);
}

void
without_replace_the_first_object_stays(void **state)
{
    assert_int_equal(put_text(*state, OBJECT, "first", 0), 0);
    assert_int_equal(put_text(*state, OBJECT, "second", 0), STORE_PRESENT);
    assert_holds(*state, OBJECT, "first");
}

void
with_replace_the_last_object_stays(void **state)
{
    put_text(*state, REF, "a long first text", STORE_REPLACE);
    put_text(*state, REF, "second", STORE_REPLACE);
    assert_holds(*state, REF, "second");
}

void
a_durable_put_is_read_back(void **state)
{
    put_text(*state, REF, "nested", STORE_REPLACE | STORE_DURABLE);
    put_text(*state, "indexes-v2.json", "top", STORE_REPLACE | STORE_DURABLE);
    assert_holds(*state, REF, "nested");
    assert_holds(*state, "indexes-v2.json", "top");
}

void
an_object_over_the_limit_is_refused(void **state)
{
    struct store_buffer b;
    struct fault f = {0};

    put_text(*state, OBJECT, "four", 0);
    assert_true(store_get(*state, OBJECT, 3, &b, &f) < 0);
    assert_int_equal(f.code, CODE_NOT_FOUND);
    assert_non_null(strstr(f.cause, OBJECT));
    assert_null(b.data);
    assert_int_equal(store_get(*state, OBJECT, 4, &b, &f), 0);
    free(b.data);
}

static int
collect(void *ctx, const char *name)
{
    char *names = ctx;
    size_t len = strlen(names);

    assert_true(len + strlen(name) + 2 < 512);
    (void)snprintf(names + len, 512 - len, " %s ", name);
    return 0;
}

void
listing_names_every_depth_below_the_prefix(void **state)
{
    char names[512] = "";
    struct fault f = {0};

    put_text(*state, OBJECT, "x", 0);
    put_text(*state, "objects/cd/ef", "x", 0);
    put_text(*state, "refs/latest", "x", 0);
    put_text(*state, "refs/tags/one", "x", 0);
    assert_int_equal(store_list(*state, "refs/", collect, names, &f), 0);
    assert_int_equal(strlen(names), strlen(" latest  tags/one "));
    assert_non_null(strstr(names, " latest "));
    assert_non_null(strstr(names, " tags/one "));
    names[0] = '\0';
    assert_int_equal(store_list(*state, "objects/", collect, names, &f), 0);
    assert_non_null(strstr(names, " cd/ef "));
    assert_non_null(strstr(names, &OBJECT[strlen("objects/")]));
}

void
listing_nothing_is_success(void **state)
{
    char names[512] = "";
    struct fault f = {0};

    assert_int_equal(store_list(*state, "objects/", collect, names, &f), 0);
    assert_string_equal(names, "");
}

static int
refuse(void *ctx, const char *name)
{
    (void)name;
    ++*(int *)ctx;
    return -7;
}

void
a_callback_ends_the_listing(void **state)
{
    struct fault f = {0};
    int calls = 0;

    put_text(*state, "objects/ab/one", "x", 0);
    put_text(*state, "objects/cd/two", "x", 0);
    assert_int_equal(store_list(*state, "objects/", refuse, &calls, &f), -7);
    assert_int_equal(calls, 1);
}

void
keys_that_leave_the_store_are_refused(void **state)
{
    static const char *const bad[] = {"",     "/etc/x",  "../x", "a/../b",
                                      "a//b", "a/",      "./a",  "a b",
                                      "a\nb", "\xc3\xa4"};
    const struct store_body body = {.data = "x", .size = 1};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct store_buffer b;
        struct fault f = {0};

        assert_true(store_put(*state, bad[i], &body, 0, &f) < 0);
        assert_int_equal(f.code, CODE_INTERNAL);
        assert_true(store_get(*state, bad[i], 10, &b, &f) < 0);
        assert_true(store_del(*state, bad[i], &f) < 0);
        assert_true(store_exists(*state, bad[i], &f) < 0);
    }
}

void
flush_and_sweep_keep_every_object(void **state)
{
    struct fault f = {0};

    assert_int_equal(store_flush(*state, &f), 0);
    put_text(*state, OBJECT, "x", 0);
    assert_int_equal(store_flush(*state, &f), 0);
    assert_int_equal(store_sweep(*state, &f), 0);
    assert_holds(*state, OBJECT, "x");
}

void
room_is_reported(void **state)
{
    uint64_t bytes = 0;
    struct fault f = {0};

    assert_int_equal(store_available(*state, &bytes, &f), 0);
    assert_true(bytes > 0);
}
