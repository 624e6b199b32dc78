#include "tools/sample/doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define ID "20210808180117-6v0mkxr"

static char *
render(size_t size, unsigned version)
{
    const struct doc doc = {.id = ID,
                            .seed = 5,
                            .version = version,
                            .updated_s = 1700000000,
                            .size = size};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    assert_int_equal(doc_write(out, &doc), 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(len, size);
    return text;
}

static json_t *
parse(size_t size, unsigned version)
{
    char *text = render(size, version);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    free(text);
    assert_non_null(json);
    return json;
}

static const char *
property(const json_t *block, const char *name)
{
    return json_string_value(
        json_object_get(json_object_get(block, "Properties"), name));
}

static void
every_size_is_met_and_is_json(void **state)
{
    (void)state;
    for (size_t size = DOC_SIZE_MIN; size < 12000; size += 97)
        json_decref(parse(size, 0));
}

static void
a_document_is_a_tree_of_blocks(void **state)
{
    json_t *doc = parse(9000, 0), *block;
    size_t i;

    (void)state;
    assert_string_equal(json_string_value(json_object_get(doc, "ID")), ID);
    assert_string_equal(json_string_value(json_object_get(doc, "Spec")), "1");
    assert_string_equal(json_string_value(json_object_get(doc, "Type")),
                        "NodeDocument");
    assert_string_equal(property(doc, "id"), ID);
    assert_string_equal(property(doc, "updated"), "20231114221320");
    assert_true(strlen(property(doc, "title")) > 0);
    assert_true(json_array_size(json_object_get(doc, "Children")) > 3);
    json_array_foreach(json_object_get(doc, "Children"), i, block)
    {
        const char *id = json_string_value(json_object_get(block, "ID"));

        assert_int_equal(strlen(id), strlen(ID));
        assert_string_equal(property(block, "id"), id);
    }
    json_decref(doc);
}

static void
another_version_keeps_id_and_title(void **state)
{
    json_t *a = parse(5000, 0), *b = parse(5000, 1);

    (void)state;
    assert_string_equal(property(a, "title"), property(b, "title"));
    assert_false(json_equal(json_object_get(a, "Children"),
                            json_object_get(b, "Children")));
    json_decref(a);
    json_decref(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_met_and_is_json),
        cmocka_unit_test(a_document_is_a_tree_of_blocks),
        cmocka_unit_test(another_version_keeps_id_and_title),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
