/* index_record: the index of appendix A.4, the list of indexes, and
 * everything that is neither. */
#include "services/sync-engine/repo/index_record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ID      "356a192b7913b04c54574d18c28d46e6395428ab"
#define FILE_ID "3b6e9cfa0638699ff9f954594602518645ec38a0"
#define PUBLISHED                                                              \
    "{\"id\":\"" ID "\",\"memo\":\"[Sync] Cloud sync, completed in 0.01s\","   \
    "\"created\":1700000001000,\"files\":[\"" FILE_ID "\"],\"count\":1,"       \
    "\"size\":5,\"systemID\":\"device-id-0\",\"systemName\":\"host\","         \
    "\"systemOS\":\"linux\",\"checkIndexID\":\"\",\"aesKeyVerifyVal\":"        \
    "\"AAECAwQFBgcICQoLXozCCbh24Kzw9iZ4xVjyw6DUIMhSZA==\"}"

static const char list_text[] = "{\n"
                                "\t\"indexes\": [\n"
                                "\t\t{\n"
                                "\t\t\t\"id\": \"" ID "\",\n"
                                "\t\t\t\"systemID\": \"device-id-0\",\n"
                                "\t\t\t\"systemName\": \"host\",\n"
                                "\t\t\t\"systemOS\": \"linux\"\n"
                                "\t\t},\n"
                                "\t\t{\n"
                                "\t\t\t\"id\": \"" FILE_ID "\",\n"
                                "\t\t\t\"systemID\": \"\",\n"
                                "\t\t\t\"systemName\": \"\\u003c\",\n"
                                "\t\t\t\"systemOS\": \"\"\n"
                                "\t\t}\n"
                                "\t]\n"
                                "}";

static struct buffer
as_buffer(const char *text)
{
    struct buffer b = {0};

    assert_int_equal(buffer_append(&b, text, strlen(text)), 0);
    return b;
}

static void
assert_refused(const char *text, const struct oid *want, int code)
{
    struct index_record x = {.size = 77};
    struct buffer json = as_buffer(text);
    struct arena a = {0};

    assert_int_equal(index_record_decode(&x, &a, &json, want), code);
    assert_int_equal(x.size, 77);
    assert_null(x.memo);
    buffer_clear(&json);
    arena_clear(&a);
}

static void
published_index_is_read_and_written_byte_for_byte(void **state)
{
    struct buffer json = as_buffer(PUBLISHED);
    struct buffer out = {0};
    struct index_record x;
    struct arena a = {0};
    struct oid want;

    (void)state;
    assert_int_equal(oid_from_hex(&want, ID, OID_HEX_LEN), 0);
    assert_int_equal(index_record_decode(&x, &a, &json, &want), 0);
    assert_string_equal(x.memo, "[Sync] Cloud sync, completed in 0.01s");
    assert_int_equal(x.created, 1700000001000);
    assert_int_equal(x.count, 1);
    assert_int_equal(x.size, 5);
    assert_string_equal(x.system_id, "device-id-0");
    assert_string_equal(x.system_os, "linux");
    assert_string_equal(x.check_index_id, "");
    assert_int_equal(index_record_encode(&out, &x), 0);
    assert_int_equal(out.len, json.len);
    assert_memory_equal(out.data, json.data, out.len);
    buffer_clear(&json);
    buffer_clear(&out);
    arena_clear(&a);
}

static void
old_and_sparse_indexes_are_read(void **state)
{
    struct buffer json =
        as_buffer("{\"ID\":\"" ID "\",\"files\":null,\"memo\":null,"
                  "\"future\":[[]]}");
    struct index_record x;
    struct arena a = {0};

    (void)state;
    assert_int_equal(index_record_decode(&x, &a, &json, NULL), 0);
    assert_int_equal(x.count, 0);
    assert_string_equal(x.memo, "");
    assert_string_equal(x.key_check, "");
    assert_string_equal(x.system_name, "");
    buffer_clear(&json);
    arena_clear(&a);
}

static void
wrong_indexes_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"id\":\"\"}",
        "{\"id\":\"" ID "\",\"files\":[\"x\"]}",
        "{\"id\":\"" ID "\",\"files\":{}}",
        "{\"id\":\"" ID "\",\"files\":[\"" FILE_ID "\"],\"count\":0}",
        "{\"id\":\"" ID "\",\"count\":1}",
        "{\"id\":\"" ID "\",\"count\":0.0}",
        "{\"id\":\"" ID "\",\"size\":-1}",
        "{\"id\":\"" ID "\",\"created\":1.5}",
        "{\"id\":\"" ID "\",\"memo\":7}",
        "{\"id\":\"" ID "\",\"files\":null,\"Files\":null}",
    };
    struct oid other = {{1}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(bad[i], NULL, -EBADMSG);
    assert_refused(PUBLISHED, &other, -EUCLEAN);
    for (size_t n = 0; n < strlen(PUBLISHED); n++) {
        char text[sizeof PUBLISHED] = "";

        memcpy(text, PUBLISHED, n);
        assert_refused(text, NULL, -EBADMSG);
    }
}

static void
list_is_read_and_written_byte_for_byte(void **state)
{
    struct buffer json = as_buffer(list_text);
    struct buffer out = {0};
    struct index_list l;
    struct arena a = {0};

    (void)state;
    assert_int_equal(index_list_decode(&l, &a, &json), 0);
    assert_int_equal(l.count, 2);
    assert_string_equal(l.entries[0].system_name, "host");
    assert_string_equal(l.entries[1].system_name, "<");
    assert_int_equal(index_list_encode(&out, &l), 0);
    assert_int_equal(out.len, json.len);
    assert_memory_equal(out.data, json.data, out.len);
    out.len = 0;
    assert_int_equal(index_list_encode(&out, &(struct index_list){0}), 0);
    assert_memory_equal(out.data, "{\n\t\"indexes\": []\n}", out.len);
    buffer_clear(&json);
    buffer_clear(&out);
    arena_clear(&a);
}

static void
wrong_lists_are_refused_and_leave_output_alone(void **state)
{
    struct index_list l = {.count = 77};
    struct arena a = {0};

    (void)state;
    for (size_t n = 0; n < strlen(list_text); n++) {
        char text[sizeof list_text] = "";
        struct buffer json;

        memcpy(text, list_text, n);
        json = as_buffer(text);
        assert_int_equal(index_list_decode(&l, &a, &json), -EBADMSG);
        buffer_clear(&json);
    }
    for (int i = 0; i < 3; i++) {
        static const char *const bad[] = {
            "{\"indexes\":7}", "{\"indexes\":[7]}", "{\"indexes\":[{}]}"};
        struct buffer json = as_buffer(bad[i]);

        assert_int_equal(index_list_decode(&l, &a, &json), -EBADMSG);
        buffer_clear(&json);
    }
    assert_int_equal(l.count, 77);
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_index_is_read_and_written_byte_for_byte),
        cmocka_unit_test(old_and_sparse_indexes_are_read),
        cmocka_unit_test(wrong_indexes_are_refused),
        cmocka_unit_test(list_is_read_and_written_byte_for_byte),
        cmocka_unit_test(wrong_lists_are_refused_and_leave_output_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
