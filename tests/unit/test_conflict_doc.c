#include "services/sync-engine/merge/conflict_doc.h"

#include "services/sync-engine/merge/sy_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#define BOX     "20230101000000-boxaaaa"
#define ROOT    "20240101000000-rootaaa"
#define PARA    "20240101000001-paraaaa"
#define OTHER   "20240101000002-otheraa"
#define STRANGE "20220101000000-foreign"

#define PATH "/" BOX "/" ROOT ".sy"

static const char DOC[] =
    "{\"ID\":\"" ROOT "\",\"Spec\":\"1\",\"Type\":\"NodeDocument\","
    "\"Properties\":{\"id\":\"" ROOT "\",\"title\":\"Plan & <b>\","
    "\"updated\":\"20240101000000\"},\"Children\":["
    "{\"ID\":\"" PARA
    "\",\"Type\":\"NodeParagraph\",\"Properties\":{\"id\":\"" PARA
    "\"},\"Children\":["
    "{\"Type\":\"NodeTextMark\",\"TextMarkType\":\"block-ref\","
    "\"TextMarkBlockRefID\":\"" OTHER "\"},"
    "{\"Type\":\"NodeTextMark\",\"TextMarkBlockRefID\":\"" STRANGE "\"},"
    "{\"Type\":\"NodeText\",\"Data\":\"siyuan://blocks/" PARA "?focus=1, "
    "assets/image-" PARA ".png and " OTHER "x\"}]},"
    "{\"ID\":\"" OTHER "\",\"Type\":\"NodeBlockQueryEmbed\",\"Data\":"
    "\"{{SELECT * FROM blocks WHERE root_id='" ROOT "' OR id='" OTHER
    "'}}\",\"ListData\":{\"Start\":9007199254740993}}]}";

static const struct tm WHEN = {
    .tm_year = 126,
    .tm_mon = 10,
    .tm_mday = 24,
    .tm_hour = 9,
    .tm_min = 8,
    .tm_sec = 7,
};

static int
make(struct conflict_doc *out, const char *path, const char *json, size_t len)
{
    struct buffer text = {(unsigned char *)json, len, 0};
    struct conflict_doc_source source = {
        .path = path,
        .json = &text,
        .when = WHEN,
        .seed = 1,
    };

    return conflict_doc_make(out, &source);
}

/* The text at the end of a way such as "/Children/0/ID". */
static const char *
text_at(json_t *node, const char *way)
{
    char step[64];
    size_t n;

    while (*way == '/') {
        way++;
        n = strcspn(way, "/");
        memcpy(step, way, n);
        step[n] = '\0';
        node = json_is_array(node)
                   ? json_array_get(node, (size_t)(step[0] - '0'))
                   : json_object_get(node, step);
        way += n;
    }
    assert_true(json_is_string(node));
    return json_string_value(node);
}

struct made {
    struct conflict_doc doc;
    json_t *json;
};

static int
setup(void **state)
{
    static struct made m;

    assert_int_equal(make(&m.doc, PATH, DOC, sizeof DOC - 1), 0);
    assert_int_equal(sy_doc_parse(&m.json, &m.doc.json), 0);
    *state = &m;
    return 0;
}

static int
teardown(void **state)
{
    struct made *m = *state;

    json_decref(m->json);
    conflict_doc_clear(&m->doc);
    return 0;
}

static void
every_block_has_a_new_id_of_that_second(void **state)
{
    struct made *m = *state;
    const char *const ids[] = {
        text_at(m->json, "/ID"),
        text_at(m->json, "/Children/0/ID"),
        text_at(m->json, "/Children/1/ID"),
    };

    for (size_t i = 0; i < 3; i++) {
        assert_true(sy_doc_is_id(ids[i], strlen(ids[i])));
        assert_memory_equal(ids[i], "20261124090807-", 15);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
    assert_string_equal(text_at(m->json, "/Properties/id"), ids[0]);
    assert_string_equal(text_at(m->json, "/Children/0/Properties/id"), ids[1]);
}

static void
what_refers_to_its_own_blocks_follows_them(void **state)
{
    struct made *m = *state;
    const char *root = text_at(m->json, "/ID");
    const char *para = text_at(m->json, "/Children/0/ID");
    const char *other = text_at(m->json, "/Children/1/ID");
    const char *link = text_at(m->json, "/Children/0/Children/2/Data");
    const char *query = text_at(m->json, "/Children/1/Data");

    assert_string_equal(
        text_at(m->json, "/Children/0/Children/0/TextMarkBlockRefID"), other);
    assert_memory_equal(link, "siyuan://blocks/", 16);
    assert_memory_equal(link + 16, para, SY_DOC_ID_LEN);
    assert_non_null(strstr(query, root));
    assert_non_null(strstr(query, other));
    assert_null(strstr(query, ROOT));
    assert_null(strstr(query, OTHER));
}

static void
what_only_looks_like_its_blocks_stays(void **state)
{
    struct made *m = *state;
    const char *text = text_at(m->json, "/Children/0/Children/2/Data");

    assert_string_equal(
        text_at(m->json, "/Children/0/Children/1/TextMarkBlockRefID"), STRANGE);
    assert_non_null(strstr(text, "assets/image-" PARA ".png"));
    assert_non_null(strstr(text, OTHER "x"));
    assert_int_equal(
        json_integer_value(json_object_get(
            json_object_get(
                json_array_get(json_object_get(m->json, "Children"), 1),
                "ListData"),
            "Start")),
        9007199254740993);
}

static void
the_title_says_what_it_is(void **state)
{
    struct made *m = *state;

    assert_string_equal(text_at(m->json, "/Properties/title"),
                        "Plan & <b> (Conflicted 2026-11-24 09:08:07)");
}

static void
it_lies_next_to_the_original(void **state)
{
    struct made *m = *state;
    const char *id = text_at(m->json, "/ID");
    size_t folder = strlen("/" BOX "/");

    assert_memory_equal(m->doc.path, PATH, folder);
    assert_memory_equal(m->doc.path + folder, id, SY_DOC_ID_LEN);
    assert_string_equal(m->doc.path + folder + SY_DOC_ID_LEN, ".sy");
}

static void
the_same_arguments_make_the_same_document(void **state)
{
    struct made *m = *state;
    struct conflict_doc again;

    assert_int_equal(make(&again, PATH, DOC, sizeof DOC - 1), 0);
    assert_string_equal(again.path, m->doc.path);
    assert_int_equal(again.json.len, m->doc.json.len);
    assert_memory_equal(again.json.data, m->doc.json.data, again.json.len);
    conflict_doc_clear(&again);
}

static void
what_is_no_document_is_refused(void **state)
{
    static const char *const OTHERS[] = {
        "",
        "{}",
        "[]",
        "\"text\"",
        "\x8f\x00\x01",
        "{\"Type\":\"NodeDocument\",\"Properties\":{}}",
        "{\"ID\":\"short\",\"Type\":\"NodeDocument\",\"Properties\":{}}",
        "{\"ID\":\"" ROOT "\",\"Type\":\"NodeHeading\",\"Properties\":{}}",
        "{\"ID\":\"" ROOT "\",\"Type\":\"NodeDocument\",\"Properties\":[]}",
        "{\"ID\":\"" ROOT "\",\"ID\":\"" ROOT
        "\",\"Type\":\"NodeDocument\",\"Properties\":{}}",
    };
    struct conflict_doc d;

    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        assert_int_equal(make(&d, PATH, OTHERS[i], strlen(OTHERS[i])),
                         CONFLICT_DOC_REFUSED);
        assert_null(d.path);
    }
}

static void
every_truncation_is_refused(void **state)
{
    struct conflict_doc d;

    (void)state;
    for (size_t len = 0; len < sizeof DOC - 1; len++)
        assert_int_equal(make(&d, PATH, DOC, len), CONFLICT_DOC_REFUSED);
}

static void
only_documents_in_a_notebook_are_documents(void **state)
{
    struct conflict_doc d;

    (void)state;
    assert_true(conflict_doc_is_document(PATH));
    assert_false(conflict_doc_is_document("/a.sy"));
    assert_false(conflict_doc_is_document("/box/.sy"));
    assert_false(conflict_doc_is_document("/box/a.sy.json"));
    assert_false(conflict_doc_is_document(""));
    assert_int_equal(make(&d, "/a.sy", DOC, sizeof DOC - 1),
                     CONFLICT_DOC_REFUSED);
}

static void
a_document_without_title_gets_one(void **state)
{
    static const char BARE[] = "{\"ID\":\"" ROOT "\",\"Type\":\"NodeDocument\","
                               "\"Properties\":{\"title\":7}}";
    struct conflict_doc d;
    json_t *json;

    (void)state;
    assert_int_equal(make(&d, PATH, BARE, sizeof BARE - 1), 0);
    assert_int_equal(sy_doc_parse(&json, &d.json), 0);
    assert_string_equal(text_at(json, "/Properties/title"),
                        "(Conflicted 2026-11-24 09:08:07)");
    json_decref(json);
    conflict_doc_clear(&d);
}

static void
a_year_no_id_can_hold_is_refused(void **state)
{
    struct buffer text = {(unsigned char *)DOC, sizeof DOC - 1, 0};
    struct conflict_doc_source source = {.path = PATH, .json = &text};
    struct conflict_doc d;

    (void)state;
    source.when = WHEN;
    source.when.tm_year = 9000;
    assert_int_equal(conflict_doc_make(&d, &source), CONFLICT_DOC_REFUSED);
}

#define MADE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        MADE(every_block_has_a_new_id_of_that_second),
        MADE(what_refers_to_its_own_blocks_follows_them),
        MADE(what_only_looks_like_its_blocks_stays),
        MADE(the_title_says_what_it_is),
        MADE(it_lies_next_to_the_original),
        MADE(the_same_arguments_make_the_same_document),
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(only_documents_in_a_notebook_are_documents),
        cmocka_unit_test(a_document_without_title_gets_one),
        cmocka_unit_test(a_year_no_id_can_hold_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
