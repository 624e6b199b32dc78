#include "gateway/v1/reply_json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct reply reply;
static struct reply_json page = {
    .engine = "nas", .reply = &reply, .run = 17, .lang = LANG_EN};

static void
begin(enum reply_rows rows)
{
    reply_init(&reply, REPLY_OK);
    reply_start_page(&reply, rows);
}

static json_t *
render(void (*put)(struct json_out *w, const struct reply_json *page))
{
    struct json_out w;
    json_t *root;

    assert_int_equal(json_out_init_heap(&w, 64), 0);
    put(&w, &page);
    assert_false(w.overflow);
    root = json_loadb(w.buf, w.len, JSON_REJECT_DUPLICATES, NULL);
    json_out_clear(&w);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "engine")),
                        "nas");
    return root;
}

static const json_t *
row(const json_t *root, const char *list, size_t i)
{
    const json_t *value = json_array_get(json_object_get(root, list), i);

    assert_non_null(value);
    return value;
}

static const char *
text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void
a_run_says_what_it_moved_and_why_it_failed(void **unused)
{
    struct state_last good = {.run = 17, .ok = true, .sent = {.bytes = 9600}};
    struct state_last bad = {.run = 16};
    json_t *root;

    (void)unused;
    (void)snprintf(bad.code, sizeof bad.code, "quota");
    (void)snprintf(bad.why, sizeof bad.why, "507 token=hunter2");
    begin(REPLY_RUNS);
    assert_int_equal(reply_add_run(&reply, &good), 0);
    assert_int_equal(reply_add_run(&reply, &bad), 0);
    reply.has = REPLY_HAS_NEXT;
    reply.next = 16;
    root = render(reply_json_runs);
    assert_true(json_is_null(json_object_get(row(root, "runs", 0), "error")));
    assert_int_equal(
        json_integer_value(json_object_get(
            json_object_get(row(root, "runs", 0), "uploaded"), "bytes")),
        9600);
    assert_string_equal(
        text(json_object_get(row(root, "runs", 1), "error"), "msg"),
        code_info(CODE_QUOTA)->text[LANG_EN]);
    assert_string_equal(
        text(json_object_get(row(root, "runs", 1), "error"), "cause"),
        "507 token=***");
    assert_int_equal(json_integer_value(json_object_get(root, "next")), 16);
    json_decref(root);
}

static void
kinds_of_changes_are_words(void **unused)
{
    static const char kinds[] = "+~->?";
    static const char *const words[] = {"added", "changed", "removed", "sent",
                                        "?"};
    json_t *root;

    (void)unused;
    begin(REPLY_CHANGES);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(
            reply_add_change(&reply, kinds[i], "/a \"b\"/文.sy", i), 0);
    }
    root = render(reply_json_changes);
    for (size_t i = 0; i < 5; i++) {
        const json_t *change = row(root, "changes", i);

        assert_string_equal(text(change, "kind"), words[i]);
        assert_string_equal(text(change, "path"), "/a \"b\"/文.sy");
        assert_int_equal(json_integer_value(json_object_get(change, "bytes")),
                         i);
    }
    assert_int_equal(json_integer_value(json_object_get(root, "run")), 17);
    assert_true(json_is_null(json_object_get(root, "next")));
    json_decref(root);
}

static void
a_conflict_says_where_the_loser_is_or_null(void **unused)
{
    struct reply_conflict c = {.run = 3, .kind = "k", .winner = "cloud"};
    json_t *root;

    (void)unused;
    begin(REPLY_CONFLICTS);
    assert_int_equal(reply_add_conflict(&reply, &c, "/a.sy", "/kept.sy"), 0);
    assert_int_equal(reply_add_conflict(&reply, &c, "/b.sy", ""), 0);
    root = render(reply_json_conflicts);
    assert_string_equal(text(row(root, "conflicts", 0), "kept"), "/kept.sy");
    assert_string_equal(text(row(root, "conflicts", 0), "winner"), "cloud");
    assert_string_equal(text(row(root, "conflicts", 1), "path"), "/b.sy");
    assert_true(
        json_is_null(json_object_get(row(root, "conflicts", 1), "kept")));
    json_decref(root);
}

static void
an_empty_page_is_an_empty_list(void **unused)
{
    json_t *root;

    (void)unused;
    begin(REPLY_RUNS);
    root = render(reply_json_runs);
    assert_int_equal(json_array_size(json_object_get(root, "runs")), 0);
    assert_true(json_is_array(json_object_get(root, "runs")));
    json_decref(root);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_says_what_it_moved_and_why_it_failed),
        cmocka_unit_test(kinds_of_changes_are_words),
        cmocka_unit_test(a_conflict_says_where_the_loser_is_or_null),
        cmocka_unit_test(an_empty_page_is_an_empty_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
