#include "gateway/siyuan/view.h"

#include <jansson.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char text[65536], engines[32768];
static struct copy_engine one, two;
static struct copy_engine *both[] = {&one, &two};
static struct copy copy;

static int
set_up(void **unused)
{
    (void)unused;
    memset(&one, 0, sizeof one);
    memset(&two, 0, sizeof two);
    copy = (struct copy){
        .engines = both, .count = 1, .has_snapshot = true, .bus_up = true};
    memcpy(one.id, "one", 4);
    memcpy(two.id, "two", 4);
    one.eta_seconds = two.eta_seconds = COPY_SECONDS_UNKNOWN;
    return 0;
}

/* Render about e (NULL: nothing) and read it back. */
static json_t *
render(const struct copy_engine *e, size_t cap)
{
    struct view_parts parts = {
        .copy = &copy, .engines = engines, .lang = LANG_EN};
    struct slots slots;
    struct json_out w;
    json_t *root;

    json_out_init(&w, engines, sizeof engines);
    view_engines(&w, &copy);
    assert_false(w.overflow);
    parts.engines_len = w.len;
    json_out_init(&w, text, cap);
    if (e != NULL) {
        view_engine(&w, &parts, e, &slots);
    } else {
        view_nothing(&w, &parts, "msg", &slots);
    }
    if (w.overflow)
        return NULL;
    root = json_loadb(text, w.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    return root;
}

static const json_t *
member(const json_t *root, const char *a, const char *b)
{
    const json_t *value = json_object_get(json_object_get(root, "data"), a);

    if (b != NULL)
        value = json_object_get(value, b);
    assert_non_null(value);
    return value;
}

static long long
number(const json_t *root, const char *a, const char *b)
{
    assert_true(json_is_integer(member(root, a, b)));
    return json_integer_value(member(root, a, b));
}

static void
run(struct copy_engine *e, uint64_t current, uint64_t total)
{
    e->shown = COPY_SYNCING;
    e->state.name = STATE_SYNCING;
    e->state.items = (struct state_count){current, total};
}

static void
percent_is_rounded_down_and_never_above_100(void **unused)
{
    static const struct {
        uint64_t current, total;
        long long percent;
    } rows[] = {{0, 0, 0},
                {5, 0, 0},
                {0, 40, 0},
                {12, 40, 30},
                {2, 3, 66},
                {999, 1000, 99},
                {1000, 1000, 100},
                {2000, 1000, 100},
                {(UINT64_C(1) << 53) - 2, (UINT64_C(1) << 53) - 1, 99}};

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *root;

        run(&one, rows[i].current, rows[i].total);
        root = render(&one, sizeof text);
        assert_int_equal(number(root, "progress", "percent"), rows[i].percent);
        json_decref(root);
    }
}

static void
what_is_unknown_is_null_not_zero(void **unused)
{
    json_t *root;

    (void)unused;
    run(&one, 0, 0);
    root = render(&one, sizeof text);
    assert_true(json_is_null(member(root, "progress", "overallPercent")));
    assert_true(json_is_null(member(root, "progress", "etaSeconds")));
    assert_true(json_is_null(member(root, "nextRunAt", NULL)));
    assert_true(json_is_null(member(root, "lastRun", NULL)));
    assert_true(json_is_null(member(root, "lastError", NULL)));
    json_decref(root);
    one.state.has = STATE_HAS_PERMILLE | STATE_HAS_NEXT;
    one.state.next_at_ms = 9;
    one.eta_seconds = 0;
    root = render(&one, sizeof text);
    assert_int_equal(number(root, "progress", "overallPercent"), 0);
    assert_int_equal(number(root, "progress", "etaSeconds"), 0);
    assert_int_equal(number(root, "nextRunAt", NULL), 9);
    json_decref(root);
    one.shown = COPY_STALLED; /* how long it takes is anybody's guess */
    root = render(&one, sizeof text);
    assert_true(json_is_null(member(root, "progress", "etaSeconds")));
    json_decref(root);
}

static void
syncing_is_true_only_while_something_runs(void **unused)
{
    (void)unused;
    run(&one, 1, 2);
    for (enum copy_shown s = 0; s < COPY_SHOWN_COUNT; s++) {
        bool expected = s == COPY_SYNCING || s == COPY_STALLED;
        json_t *root;

        one.shown = s;
        root = render(&one, sizeof text);
        assert_int_equal(json_is_true(member(root, "syncing", NULL)), expected);
        assert_int_equal(number(root, "progress", "current"), expected ? 1 : 0);
        assert_string_equal(json_string_value(member(root, "state", NULL)),
                            copy_shown_token(s));
        json_decref(root);
    }
}

static void
an_unknown_code_keeps_its_name_and_gets_a_text(void **unused)
{
    json_t *root;

    (void)unused;
    one.state.has = STATE_HAS_LAST;
    memcpy(one.state.last.code, "brand-new", 10);
    root = render(&one, sizeof text);
    assert_string_equal(json_string_value(member(root, "lastError", "code")),
                        "brand-new");
    assert_string_equal(json_string_value(member(root, "lastError", "msg")),
                        code_info(CODE_INTERNAL)->text[LANG_EN]);
    json_decref(root);
    one.state.last.code[0] = '\0';
    root = render(&one, sizeof text);
    assert_string_equal(json_string_value(member(root, "lastError", "code")),
                        "internal");
    json_decref(root);
}

static void
kernels_share_a_repository_and_are_there(void **unused)
{
    json_t *root;

    (void)unused;
    copy.count = 2;
    root = render(&one, sizeof text); /* "" is no repository */
    assert_int_equal(json_array_size(member(root, "kernels", NULL)), 0);
    json_decref(root);
    memcpy(one.state.repo, "00ff", 5);
    memcpy(two.state.repo, "00ff", 5);
    root = render(&one, sizeof text);
    assert_int_equal(json_array_size(member(root, "kernels", NULL)), 1);
    json_decref(root);
    two.shown = COPY_OFFLINE;
    root = render(&one, sizeof text);
    assert_int_equal(json_array_size(member(root, "kernels", NULL)), 0);
    assert_int_equal(json_array_size(member(root, "engines", NULL)), 2);
    json_decref(root);
}

static void
without_the_hub_the_answer_is_as_old_as_its_last_word(void **unused)
{
    json_t *root;

    (void)unused;
    copy.bus_up = false;
    copy.beat_wall_ms = 123;
    root = render(&one, sizeof text);
    assert_string_equal(json_string_value(member(root, "bus", NULL)), "down");
    assert_int_equal(number(root, "asOfMs", NULL), 123);
    json_decref(root);
}

static void
nothing_has_every_field_a_client_reads(void **unused)
{
    static const char *const keys[] = {
        "providerName", "cloudName", "enabled", "syncing", "progress", "synced",
        "stat",         "kernels",   "kernel",  "state",   "engines",  "bus"};
    json_t *root = render(NULL, sizeof text);

    (void)unused;
    assert_int_equal(json_integer_value(json_object_get(root, "code")), 1);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        (void)member(root, keys[i], NULL);
    json_decref(root);
}

static void
too_little_room_is_noticed_at_every_size(void **unused)
{
    size_t cap = 0;
    json_t *root;

    (void)unused;
    run(&one, 1, 2);
    one.state.has = STATE_HAS_LAST | STATE_HAS_PERMILLE;
    while ((root = render(&one, cap)) == NULL)
        cap++;
    assert_true(cap > 900);
    json_decref(root);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(percent_is_rounded_down_and_never_above_100,
                               set_up),
        cmocka_unit_test_setup(what_is_unknown_is_null_not_zero, set_up),
        cmocka_unit_test_setup(syncing_is_true_only_while_something_runs,
                               set_up),
        cmocka_unit_test_setup(an_unknown_code_keeps_its_name_and_gets_a_text,
                               set_up),
        cmocka_unit_test_setup(kernels_share_a_repository_and_are_there,
                               set_up),
        cmocka_unit_test_setup(
            without_the_hub_the_answer_is_as_old_as_its_last_word, set_up),
        cmocka_unit_test_setup(nothing_has_every_field_a_client_reads, set_up),
        cmocka_unit_test_setup(too_little_room_is_noticed_at_every_size,
                               set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
