/* file_record: the object of appendix A.4, and everything that is not one. */
#include "services/sync-engine/repo/file_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ID    "3b6e9cfa0638699ff9f954594602518645ec38a0"
#define CHUNK "51c64a6f4fc375daf0d24aafbabe4d91b6f4bb44"
#define PUBLISHED                                                              \
    "{\"id\":\"" ID "\",\"path\":\"/doc.txt\",\"size\":5,"                     \
    "\"updated\":1700000000123,\"chunks\":[\"" CHUNK "\"]}"

static int
decode(struct file_record *out, struct arena *a, const char *text)
{
    struct buffer json = {0};
    int rc;

    assert_int_equal(buffer_append(&json, text, strlen(text)), 0);
    rc = file_record_decode(out, a, &json, NULL);
    buffer_clear(&json);
    return rc;
}

static void
assert_refused(const char *text, int want)
{
    struct file_record f = {.size = 77};
    struct arena a = {0};

    assert_int_equal(decode(&f, &a, text), want);
    assert_int_equal(f.size, 77);
    assert_null(f.path);
    arena_clear(&a);
}

static void
published_object_is_read_and_written_byte_for_byte(void **state)
{
    struct buffer out = {0};
    struct arena a = {0};
    struct file_record f;
    char hex[OID_HEX_MAX];

    (void)state;
    assert_int_equal(decode(&f, &a, PUBLISHED), 0);
    assert_string_equal(oid_to_hex(&f.id, hex), ID);
    assert_string_equal(f.path, "/doc.txt");
    assert_int_equal(f.size, 5);
    assert_int_equal(f.updated, 1700000000123);
    assert_int_equal(f.chunk_count, 1);
    assert_string_equal(oid_to_hex(&f.chunks[0], hex), CHUNK);
    assert_int_equal(file_record_encode(&out, &f), 0);
    assert_int_equal(out.len, strlen(PUBLISHED));
    assert_memory_equal(out.data, PUBLISHED, out.len);
    buffer_clear(&out);
    arena_clear(&a);
}

static void
keys_match_in_any_case_and_order_and_strange_ones_are_ignored(void **state)
{
    struct arena a = {0};
    struct file_record f;

    (void)state;
    assert_int_equal(
        decode(&f, &a,
               "{ \"Chunks\" : [\"" CHUNK "\"], \"new\":{\"id\":[1.5]},"
               "\"UPDATED\":1700000000123,\"Size\":9007199254740993,"
               "\"pAtH\":\"\\/doc.txt\",\"ID\":\"" ID "\"}\n"),
        0);
    assert_true(f.size == INT64_C(9007199254740993));
    assert_string_equal(f.path, "/doc.txt");
    arena_clear(&a);
}

static void
null_and_missing_are_zero(void **state)
{
    struct arena a = {0};
    struct file_record f;

    (void)state;
    assert_int_equal(decode(&f, &a,
                            "{\"id\":\"" ID "\",\"path\":\"/doc.txt\","
                            "\"size\":null,\"updated\":1700000000123,"
                            "\"chunks\":null}"),
                     0);
    assert_int_equal(f.size, 0);
    assert_int_equal(f.chunk_count, 0);
    /* a size without chunks is a file with a hole in it */
    assert_refused("{\"id\":\"" ID "\",\"path\":\"/doc.txt\",\"size\":5,"
                   "\"updated\":1700000000123}",
                   -EBADMSG);
    assert_refused("{\"path\":\"/doc.txt\",\"updated\":1700000000123}",
                   -EBADMSG);
    arena_clear(&a);
}

static void
wrong_types_and_ranges_are_refused(void **state)
{
#define WITH(size, updated, chunks)                                            \
    "{\"id\":\"" ID "\",\"path\":\"/doc.txt\",\"size\":" size                  \
    ",\"updated\":" updated ",\"chunks\":" chunks "}"
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{}",
        "\"x\"",
        PUBLISHED "x",
        WITH("5.0", "1700000000123", "[\"" CHUNK "\"]"),
        WITH("-1", "1700000000123", "[\"" CHUNK "\"]"),
        WITH("\"5\"", "1700000000123", "[\"" CHUNK "\"]"),
        WITH("9223372036854775808", "1700000000123", "[\"" CHUNK "\"]"),
        WITH("5", "1.700000000123e12", "[\"" CHUNK "\"]"),
        WITH("5", "true", "[\"" CHUNK "\"]"),
        WITH("5", "1700000000123", "\"" CHUNK "\""),
        WITH("5", "1700000000123", "[\"" CHUNK "0\"]"),
        WITH("5", "1700000000123", "[null]"),
        WITH("5", "1700000000123", "[]"),
        WITH("5", "1700000000123", "[\"" CHUNK "\"],\"size\":6"),
        WITH("5", "1700000000123", "[\"" CHUNK "\"],\"Size\":6"),
    };
#undef WITH

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(bad[i], -EBADMSG);
}

/* Like PUBLISHED, with the right id for any path. */
static void
assert_path(const char *json_path, int want)
{
    char text[8192];

    (void)snprintf(text, sizeof text,
                   "{\"id\":\"" ID "\",\"path\":\"%s\",\"size\":5,"
                   "\"updated\":1700000000123,\"chunks\":[\"" CHUNK "\"]}",
                   json_path);
    assert_refused(text, want);
}

static void
dangerous_paths_are_refused(void **state)
{
    char path[4200];

    (void)state;
    assert_path("doc.txt", -EINVAL);
    assert_path("/../doc.txt", -EINVAL);
    assert_path("/a/../../doc.txt", -EINVAL);
    assert_path("/a//b", -EINVAL);
    assert_path("/", -EINVAL);
    assert_path("", -EINVAL);
    assert_path("/a\\u0000b", -EILSEQ);
    assert_path("/a\xff", -EBADMSG); /* no JSON at all */
    memset(path, 'a', sizeof path);
    for (size_t i = 0; i < sizeof path; i += 100)
        path[i] = '/';
    path[4096] = '\0';
    assert_path(path, -ENAMETOOLONG);
}

static void
an_id_that_is_not_of_path_and_time_is_refused(void **state)
{
    struct buffer json = {0};
    struct arena a = {0};
    struct file_record f = {.size = 77};
    struct oid other = {{1}};

    (void)state;
    assert_path("/doc2.txt", -EUCLEAN);
    assert_refused("{\"id\":\"" ID "\",\"path\":\"/doc.txt\",\"size\":0,"
                   "\"updated\":1700000001000}",
                   -EUCLEAN);
    assert_int_equal(buffer_append(&json, PUBLISHED, strlen(PUBLISHED)), 0);
    assert_int_equal(file_record_decode(&f, &a, &json, &other), -EUCLEAN);
    assert_int_equal(f.size, 77);
    assert_int_equal(oid_from_hex(&other, ID, OID_HEX_LEN), 0);
    assert_int_equal(file_record_decode(&f, &a, &json, &other), 0);
    buffer_clear(&json);
    arena_clear(&a);
}

static void
every_truncation_is_refused_and_leaves_output_alone(void **state)
{
    (void)state;
    for (size_t n = 0; n < strlen(PUBLISHED); n++) {
        char text[sizeof PUBLISHED] = "";

        memcpy(text, PUBLISHED, n);
        assert_refused(text, -EBADMSG);
    }
}

static void
random_records_survive_a_round_trip(void **state)
{
    uint32_t x = 20261124;

    (void)state;
    for (int round = 0; round < 300; round++) {
        static const char *const pieces[] = {
            "/a", "/图", "/<&>", "/\"", "/\\", "/\n", "/\xe2\x80\xa8"};
        struct oid chunks[4] = {{{1}}, {{2}}, {{3}}, {{4}}};
        char path[64] = "";
        struct buffer out = {0};
        struct arena a = {0};
        struct file_record f = {.path = path, .chunks = chunks};
        struct file_record back;

        for (int i = 0; i < 4; i++) {
            x = x * 1664525 + 1013904223;
            strncat(path, pieces[(x >> 20) % 7], 10);
        }
        f.chunk_count = 1 + (x >> 28) % 4;
        f.size = (int64_t)x << (x % 31);
        f.updated = (int64_t)x * 1000000 - (INT64_C(1) << 51);
        assert_int_equal(oid_of_file(&f.id, path, f.updated), 0);
        assert_int_equal(file_record_encode(&out, &f), 0);
        assert_int_equal(file_record_decode(&back, &a, &out, &f.id), 0);
        assert_string_equal(back.path, path);
        assert_true(back.size == f.size && back.updated == f.updated);
        assert_int_equal(back.chunk_count, f.chunk_count);
        assert_memory_equal(back.chunks, chunks,
                            f.chunk_count * sizeof chunks[0]);
        buffer_clear(&out);
        arena_clear(&a);
    }
}

static void
a_sorted_list_finds_its_files(void **state)
{
    struct file_list l = {0};
    char path[32];

    (void)state;
    assert_null(file_list_find(&l, "/1"));
    for (int i = 0; i < 5000; i++) {
        struct oid chunk = {{(unsigned char)i}};
        struct file_record f = {
            .path = path, .chunks = &chunk, .chunk_count = 1, .size = i};

        (void)snprintf(path, sizeof path, "/%d", i * 7919 % 5000);
        f.size = i * 7919 % 5000;
        assert_int_equal(file_list_add(&l, &f), 0);
    }
    file_list_sort(&l);
    for (int i = 0; i < 5000; i++) {
        struct file_record *f;

        (void)snprintf(path, sizeof path, "/%d", i);
        f = file_list_find(&l, path);
        assert_non_null(f);
        assert_int_equal(f->size, i);
    }
    assert_null(file_list_find(&l, "/5000"));
    for (size_t i = 1; i < l.count; i++)
        assert_true(strcmp(l.files[i - 1].path, l.files[i].path) < 0);
    file_list_clear(&l);
    file_list_clear(NULL);
}

static void
a_list_takes_less_than_300_bytes_a_file(void **state)
{
    struct file_list l = {0};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct oid chunk = {{1}};
        char path[100];
        struct file_record f = {
            .path = path, .chunks = &chunk, .chunk_count = 1};

        (void)snprintf(path, sizeof path,
                       "/20210808180117-6v0mkxr/20200923234011-ieuun1p/"
                       "2020092%07d-ieuun1p.sy",
                       i);
        assert_int_equal(file_list_add(&l, &f), 0);
    }
    assert_true(l.cap * sizeof *l.files + l.arena.used_bytes <
                (size_t)20000 * 300);
    file_list_clear(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_object_is_read_and_written_byte_for_byte),
        cmocka_unit_test(
            keys_match_in_any_case_and_order_and_strange_ones_are_ignored),
        cmocka_unit_test(null_and_missing_are_zero),
        cmocka_unit_test(wrong_types_and_ranges_are_refused),
        cmocka_unit_test(dangerous_paths_are_refused),
        cmocka_unit_test(an_id_that_is_not_of_path_and_time_is_refused),
        cmocka_unit_test(every_truncation_is_refused_and_leaves_output_alone),
        cmocka_unit_test(random_records_survive_a_round_trip),
        cmocka_unit_test(a_sorted_list_finds_its_files),
        cmocka_unit_test(a_list_takes_less_than_300_bytes_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
