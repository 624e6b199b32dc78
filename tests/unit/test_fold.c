#include "services/sync-engine/merge/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define ROOT "20240101000000-rootaaa"
#define HEAD "20240101000001-headaaa"
#define PARA "20240101000002-paraaaa"

#define DOC(updated, children)                                                 \
    "{\"ID\":\"" ROOT "\",\"Spec\":\"1\",\"Type\":\"NodeDocument\","           \
    "\"Properties\":{\"id\":\"" ROOT                                           \
    "\",\"title\":\"t\",\"updated\":\"" updated "\"},\"Children\":[" children  \
    "]}"

#define BLOCK(id, properties, text)                                            \
    "{\"ID\":\"" id                                                            \
    "\",\"Type\":\"NodeParagraph\",\"Properties\":{\"id\":\"" id               \
    "\"" properties "},\"Children\":[{\"Type\":\"NodeText\",\"Data\":\"" text  \
    "\"}]}"

static const char BASE[] =
    DOC("1", BLOCK(HEAD, ",\"updated\":\"1\"", "h") "," BLOCK(PARA, "", "p"));

static int
compare(const char *before, const char *after)
{
    struct buffer a = {(unsigned char *)before, strlen(before), 0};
    struct buffer b = {(unsigned char *)after, strlen(after), 0};
    int rc = fold_compare(&a, &b);

    assert_int_equal(fold_compare(&b, &a), rc);
    return rc;
}

static void
folding_a_block_is_only_folding(void **state)
{
    (void)state;
    assert_int_equal(
        compare(BASE,
                DOC("2", BLOCK(HEAD, ",\"fold\":\"1\",\"updated\":\"2\"",
                               "h") "," BLOCK(PARA, ",\"heading-fold\":\"1\"",
                                              "p"))),
        FOLD_ONLY);
    assert_int_equal(compare(BASE, BASE), FOLD_ONLY);
}

static void
another_text_is_more(void **state)
{
    (void)state;
    assert_int_equal(
        compare(BASE, DOC("2", BLOCK(HEAD, ",\"fold\":\"1\"",
                                     "h") "," BLOCK(PARA, "", "q"))),
        0);
}

static void
another_attribute_is_more(void **state)
{
    (void)state;
    assert_int_equal(
        compare(BASE, DOC("1", BLOCK(HEAD, ",\"fold\":\"1\",\"bookmark\":\"b\"",
                                     "h") "," BLOCK(PARA, "", "p"))),
        0);
    assert_int_equal(
        compare(DOC("1", BLOCK(HEAD, ",\"a\":\"1\"", "h")),
                DOC("1", BLOCK(HEAD, ",\"a\":\"2\",\"fold\":\"1\"", "h"))),
        0);
}

static void
another_block_is_more(void **state)
{
    (void)state;
    assert_int_equal(compare(BASE, DOC("2", BLOCK(HEAD, "", "h"))), 0);
    assert_int_equal(
        compare(BASE, DOC("1", BLOCK(PARA, "", "p") "," BLOCK(HEAD, "", "h"))),
        0);
}

static void
another_type_is_more(void **state)
{
    (void)state;
    assert_int_equal(
        compare(DOC("1", "{\"ID\":\"" HEAD "\",\"Type\":\"NodeHeading\"}"),
                DOC("1", "{\"ID\":\"" HEAD "\",\"Type\":\"NodeParagraph\"}")),
        0);
}

static void
what_is_no_document_is_never_only_folded(void **state)
{
    static const char PARAGRAPH[] =
        "{\"ID\":\"" ROOT "\",\"Type\":\"NodeParagraph\",\"Properties\":{}}";
    static const char *const OTHERS[] = {
        PARAGRAPH,
        "",
        "{}",
        "[]",
        "null",
        "\x01\x02\x03",
        "{\"Type\":\"NodeDocument\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        assert_int_equal(compare(BASE, OTHERS[i]), 0);
        assert_int_equal(compare(OTHERS[i], OTHERS[i]), 0);
    }
}

static void
a_part_of_a_document_is_no_document(void **state)
{
    struct buffer whole = {(unsigned char *)BASE, sizeof BASE - 1, 0};

    (void)state;
    for (size_t len = 0; len < sizeof BASE - 1; len++) {
        struct buffer part = {(unsigned char *)BASE, len, 0};

        assert_int_equal(fold_compare(&whole, &part), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding_a_block_is_only_folding),
        cmocka_unit_test(another_text_is_more),
        cmocka_unit_test(another_attribute_is_more),
        cmocka_unit_test(another_block_is_more),
        cmocka_unit_test(another_type_is_more),
        cmocka_unit_test(what_is_no_document_is_never_only_folded),
        cmocka_unit_test(a_part_of_a_document_is_no_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
