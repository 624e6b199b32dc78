#include "gateway/v1/engine_json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct slots_now now = {5000, 1795495875600};
static char text[ENGINE_JSON_MAX];
static struct copy_engine one;

static int
set_up(void **unused)
{
    (void)unused;
    memset(&one, 0, sizeof one);
    (void)snprintf(one.id, sizeof one.id, "one");
    one.eta_seconds = COPY_SECONDS_UNKNOWN;
    return 0;
}

static json_t *
render(enum lang lang)
{
    struct json_out w;
    json_t *root;

    json_out_init(&w, text, sizeof text);
    engine_json_put(&w, &one, &now, lang);
    assert_false(w.overflow);
    root = json_loadb(text, w.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    return root;
}

static const json_t *
member(const json_t *root, const char *a, const char *b)
{
    const json_t *value = json_object_get(root, a);

    if (b != NULL)
        value = json_object_get(value, b);
    assert_non_null(value);
    return value;
}

static void
what_an_engine_never_said_is_null_or_empty(void **unused)
{
    static const char *const nulls[] = {"run", "lastError", "lastRun",
                                        "nextRunAt", "counts"};
    static const char *const empty[] = {"providerName", "cloudName", "repo",
                                        "head",         "host",      "os",
                                        "version",      "message"};
    json_t *root = render(LANG_EN);

    (void)unused;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        assert_true(json_is_null(member(root, nulls[i], NULL)));
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        assert_string_equal(json_string_value(member(root, empty[i], NULL)),
                            "");
    }
    json_decref(root);
}

static void
ages_are_those_of_the_moment(void **unused)
{
    json_t *root;

    (void)unused;
    one.heard_at_ms = 4000;
    one.verdict.age_ms = 20;
    one.shown = COPY_SYNCING;
    one.state.up_ms = 900;
    one.state.run_up_ms = 600;
    root = render(LANG_EN);
    assert_int_equal(json_integer_value(member(root, "ageMs", NULL)), 1020);
    assert_int_equal(json_integer_value(member(root, "progress", "elapsedMs")),
                     1320);
    json_decref(root);
}

static void
a_failure_has_a_remedy_in_the_language_and_no_secret(void **unused)
{
    struct state_last *l = &one.state.last;
    json_t *root;

    (void)unused;
    one.state.has = STATE_HAS_LAST;
    (void)snprintf(l->code, sizeof l->code, "auth");
    (void)snprintf(l->why, sizeof l->why,
                   "401 from https://u:hunter2@dav.example/x?token=abc");
    root = render(LANG_ZH_CN);
    assert_string_equal(json_string_value(member(root, "lastError", "code")),
                        "auth");
    assert_string_equal(json_string_value(member(root, "lastError", "remedy")),
                        code_info(CODE_AUTH)->remedy[LANG_ZH_CN]);
    assert_null(memmem(text, sizeof text, "hunter2", 7));
    assert_null(memmem(text, sizeof text, "abc", 3));
    json_decref(root);
}

/* Every text as long as can be, of bytes that JSON must escape. */
static void
the_longest_object_fits(void **unused)
{
    struct state *s = &one.state;
    json_t *root;

    (void)unused;
#define FILL(field) memset((field), 1, sizeof(field) - 1)
    FILL(one.id);
    FILL(s->phase);
    FILL(s->item);
    FILL(s->msg);
    FILL(s->provider);
    FILL(s->cloud);
    FILL(s->repo);
    FILL(s->head);
    FILL(s->last.code);
    FILL(s->last.why);
    FILL(s->last.direction);
    FILL(s->info.host);
    FILL(s->info.os);
    FILL(s->info.version);
    FILL(s->info.name);
#undef FILL
    s->has = UINT32_MAX;
    one.shown = COPY_STALLED;
    root = render(LANG_ZH_CN);
    json_decref(root);
}

#define TEST(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_an_engine_never_said_is_null_or_empty),
        TEST(ages_are_those_of_the_moment),
        TEST(a_failure_has_a_remedy_in_the_language_and_no_secret),
        TEST(the_longest_object_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
