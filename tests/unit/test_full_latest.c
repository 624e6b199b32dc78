/* full_latest: the bytes of appendix A.5, and everything that is not them. */
#include "services/sync-engine/repo/full_latest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ID      "356a192b7913b04c54574d18c28d46e6395428ab"
#define FILE_ID "da4b9237bacccdf19c0760cab7aec4a8359010b0"
#define CHUNK   "77de68daecd823babbb58edb1c8e14d7106e83bb"

#define OPENING                                                                \
    "\x83\xa2"                                                                 \
    "ID\xd9\x28" ID "\xa5"                                                     \
    "Files"
#define FILE_BYTES                                                             \
    "\x85\xa2"                                                                 \
    "ID\xd9\x28" FILE_ID "\xa4Path\xa8/doc.txt\xa4Size\xd3\0\0\0\0\0\0\0\x05"  \
    "\xa7Updated\xd3\0\0\x01\x8b\xcf\xe5\x68\x7b\xa6"                          \
    "Chunks\x91\xd9\x28" CHUNK
#define PUBLISHED     OPENING "\x91" FILE_BYTES "\xa4Spec\0"
#define PUBLISHED_LEN 200

static struct oid
id_of(const char *hex)
{
    struct oid id;

    assert_int_equal(oid_from_hex(&id, hex, OID_HEX_LEN), 0);
    return id;
}

static int
decode(struct file_list *l, const void *data, size_t len)
{
    struct oid want = id_of(ID);
    void *exact = malloc(len + 1); /* so that a sanitizer sees overreads */
    unsigned char *end = exact;
    int rc;

    assert_non_null(exact);
    end += 1;
    memcpy(end, data, len);
    rc = full_latest_decode(l, &want, end, len);
    free(exact);
    return rc;
}

static void
assert_refused(const void *data, size_t len, int want)
{
    struct file_list l = {0};

    assert_int_equal(decode(&l, data, len), want);
    assert_int_equal(l.count, 0);
    assert_null(l.files);
    assert_int_equal(l.arena.used_bytes, 0);
}

static void
published_bytes_are_read(void **state)
{
    struct file_list l = {0};
    char hex[OID_HEX_MAX];

    (void)state;
    assert_int_equal(sizeof PUBLISHED - 1, PUBLISHED_LEN);
    assert_int_equal(decode(&l, PUBLISHED, PUBLISHED_LEN), 0);
    assert_int_equal(l.count, 1);
    assert_string_equal(oid_to_hex(&l.files[0].id, hex), FILE_ID);
    assert_string_equal(l.files[0].path, "/doc.txt");
    assert_int_equal(l.files[0].size, 5);
    assert_int_equal(l.files[0].updated, 1700000000123);
    assert_int_equal(l.files[0].chunk_count, 1);
    assert_string_equal(oid_to_hex(&l.files[0].chunks[0], hex), CHUNK);
    file_list_clear(&l);
}

static void
published_bytes_are_written(void **state)
{
    struct oid chunk = id_of(CHUNK);
    struct oid id = id_of(ID);
    struct file_record f = {.id = id_of(FILE_ID),
                            .path = "/doc.txt",
                            .size = 5,
                            .updated = 1700000000123,
                            .chunks = &chunk,
                            .chunk_count = 1};
    struct buffer out = {0};

    (void)state;
    assert_int_equal(full_latest_begin(&out, &id, 1), 0);
    assert_int_equal(full_latest_file(&out, &f), 0);
    assert_int_equal(full_latest_end(&out), 0);
    assert_int_equal(out.len, PUBLISHED_LEN);
    assert_memory_equal(out.data, PUBLISHED, PUBLISHED_LEN);
    buffer_clear(&out);
}

static void
every_truncation_is_refused_and_leaves_output_empty(void **state)
{
    (void)state;
    for (size_t n = 0; n < PUBLISHED_LEN; n++)
        assert_refused(PUBLISHED, n, -EBADMSG);
    assert_refused(PUBLISHED "x", PUBLISHED_LEN + 1, -EBADMSG);
}

static void
another_snapshot_is_stale(void **state)
{
    char bytes[PUBLISHED_LEN];

    (void)state;
    memcpy(bytes, PUBLISHED, sizeof bytes);
    bytes[6] = '4';
    assert_refused(bytes, sizeof bytes, -ESTALE);
}

static void
any_order_width_and_unknown_keys_are_read(void **state)
{
    static const char bytes[] =
        /* map16 of 4: Spec, unknown, Files, ID as str16 */
        "\xde\0\x04\xa4Spec\xcf\0\0\0\0\0\0\0\0"
        "\xa3new\x92\x81\xa1k\xc4\x02xy\xcb\0\0\0\0\0\0\0\0"
        "\xa5"
        "Files\xdc\0\x01\x86\xa4Size\x05\xa6"
        "Chunks\xdd\0\0\0\x01\xdb\0\0\0\x28" CHUNK
        "\xa4Path\xd9\x08/doc.txt\xa2id\xc0\xa7Updated\xcf\0\0\x01\x8b\xcf\xe5"
        "\x68\x7b\xa2"
        "ID\xda\0\x28" FILE_ID "\xa2"
        "ID\xda\0\x28" ID;
    struct file_list l = {0};

    (void)state;
    assert_int_equal(decode(&l, bytes, sizeof bytes - 1), 0);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.files[0].size, 5);
    assert_int_equal(l.files[0].updated, 1700000000123);
    file_list_clear(&l);
}

static void
nil_list_is_an_empty_one(void **state)
{
    static const char bytes[] = OPENING "\xc0\xa4Spec\0";
    struct file_list l = {0};

    (void)state;
    assert_int_equal(decode(&l, bytes, sizeof bytes - 1), 0);
    assert_int_equal(l.count, 0);
    file_list_clear(&l);
}

static void
huge_counts_and_wrong_types_are_refused(void **state)
{
#define BAD(text)                                                              \
    {                                                                          \
        (text), sizeof(text) - 1                                               \
    }
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
        BAD("\xdd\xff\xff\xff\xff"),
        BAD("\xdf\xff\xff\xff\xff"),
        BAD("\xdb\xff\xff\xff\xff"),
        BAD(OPENING "\xdd\xff\xff\xff\xff" FILE_BYTES),
        BAD(OPENING "\x92" FILE_BYTES "\xa4Spec\0"),
        BAD(OPENING "\x05\xa4Spec\0"),
        BAD(OPENING "\xc1\xa4Spec\0"),
        BAD("\x81\xa2"
            "ID\xd9\x28" ID),
        BAD("\x81\xa5"
            "Files\x90"),
        BAD("\x80"),
        BAD("\x93\x01\x02\x03"),
    };
#undef BAD
    char deep[300];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(bad[i].text, bad[i].len, -EBADMSG);
    memset(deep, '\x91', sizeof deep);
    deep[0] = '\x81';
    deep[1] = '\xa1';
    deep[2] = 'x';
    assert_refused(deep, sizeof deep, -EBADMSG);
}

static void
unsafe_files_are_refused(void **state)
{
    char bytes[PUBLISHED_LEN];
    char *path;
    char *size;

    (void)state;
    memcpy(bytes, PUBLISHED, sizeof bytes);
    path = memmem(bytes, sizeof bytes, "/doc.txt", 8);
    size = memmem(bytes, sizeof bytes, "Size", 4);
    assert_non_null(path);
    assert_non_null(size);
    memcpy(path, "/../a.tx", 8);
    assert_refused(bytes, sizeof bytes, -EBADMSG);
    memcpy(path, "/a\0b.txt", 8);
    assert_refused(bytes, sizeof bytes, -EBADMSG);
    memcpy(path, "/doc.txt", 8);
    size[5] = '\x80';
    assert_refused(bytes, sizeof bytes, -EBADMSG);
}

static void
twenty_thousand_files_survive_a_round_trip(void **state)
{
    struct oid id = id_of(ID);
    struct buffer out = {0};
    struct file_list l = {0};
    struct oid chunks[300];

    (void)state;
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(oid_random(&chunks[i]), 0);
    assert_int_equal(full_latest_begin(&out, &id, 20000), 0);
    for (uint32_t i = 0; i < 20000; i++) {
        char path[400];
        struct file_record f = {.id = chunks[i % 300],
                                .path = path,
                                .size = i,
                                .updated = -(int64_t)i,
                                .chunks = chunks,
                                .chunk_count =
                                    i % 300 == 299 ? 300 : 1 + i % 20};

        (void)snprintf(path, sizeof path, "/%05u/%0*u", i,
                       1 + (int)(i * 7 % 250), i);
        assert_int_equal(full_latest_file(&out, &f), 0);
    }
    assert_int_equal(full_latest_end(&out), 0);
    assert_int_equal(full_latest_decode(&l, &id, out.data, out.len), 0);
    assert_int_equal(l.count, 20000);
    for (uint32_t i = 0; i < 20000; i++) {
        const struct file_record *f = &l.files[i];

        assert_int_equal(strtol(f->path + 1, NULL, 10), i);
        assert_int_equal(f->size, i);
        assert_true(f->updated == -(int64_t)i);
        assert_int_equal(f->chunk_count, i % 300 == 299 ? 300 : 1 + i % 20);
        assert_memory_equal(f->chunks, chunks,
                            f->chunk_count * sizeof chunks[0]);
    }
    file_list_clear(&l);
    buffer_clear(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_bytes_are_read),
        cmocka_unit_test(published_bytes_are_written),
        cmocka_unit_test(every_truncation_is_refused_and_leaves_output_empty),
        cmocka_unit_test(another_snapshot_is_stale),
        cmocka_unit_test(any_order_width_and_unknown_keys_are_read),
        cmocka_unit_test(nil_list_is_an_empty_one),
        cmocka_unit_test(huge_counts_and_wrong_types_are_refused),
        cmocka_unit_test(unsafe_files_are_refused),
        cmocka_unit_test(twenty_thousand_files_survive_a_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
