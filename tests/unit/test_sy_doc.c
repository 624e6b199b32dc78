#include "services/sync-engine/merge/sy_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static bool
is_id(const char *text)
{
    return sy_doc_is_id(text, strlen(text));
}

static void
an_id_is_a_second_and_seven_characters(void **state)
{
    (void)state;
    assert_true(is_id("20240101000000-abc0xyz"));
    assert_true(is_id("20240101000000-0000000"));
    assert_false(is_id(""));
    assert_false(is_id("20240101000000-abc0xy"));
    assert_false(is_id("20240101000000-abc0xyzz"));
    assert_false(is_id("20240101000000_abc0xyz"));
    assert_false(is_id("2024010100000a-abc0xyz"));
    assert_false(is_id("20240101000000-ABC0XYZ"));
    assert_false(is_id("20240101000000-abc-xyz"));
}

static int
parse(const char *text, size_t len)
{
    struct buffer json = {(unsigned char *)text, len, 0};
    json_t *root;
    int rc = sy_doc_parse(&root, &json);

    assert_true((root != NULL) == (rc == 0));
    json_decref(root);
    return rc;
}

#define HEAD                                                                   \
    "{\"ID\":\"20240101000000-abc0xyz\",\"Type\":\"NodeDocument\","            \
    "\"Properties\":{}"

static void
a_document_is_read(void **state)
{
    (void)state;
    assert_int_equal(parse(HEAD "}", strlen(HEAD "}")), 0);
    assert_int_equal(parse(HEAD "}}", strlen(HEAD "}}")), SY_DOC_REFUSED);
}

static void
nesting_without_end_is_refused(void **state)
{
    static const char START[] = HEAD ",\"Children\":";
    size_t depth = 100000;
    size_t start = sizeof START - 1;
    char *text = malloc(start + depth);

    (void)state;
    assert_non_null(text);
    memcpy(text, START, start);
    memset(text + start, '[', depth);
    assert_int_equal(parse(text, start + depth), SY_DOC_REFUSED);
    free(text);
}

static void
a_document_over_the_limit_is_refused(void **state)
{
    static const char WHOLE[] = HEAD "}";
    size_t len = SY_DOC_LEN_MAX + 1;
    char *text = malloc(len);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', len);
    memcpy(text, WHOLE, sizeof WHOLE - 1);
    assert_int_equal(parse(text, len), SY_DOC_REFUSED);
    assert_int_equal(parse(text, len - 1), 0);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_a_second_and_seven_characters),
        cmocka_unit_test(a_document_is_read),
        cmocka_unit_test(nesting_without_end_is_refused),
        cmocka_unit_test(a_document_over_the_limit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
