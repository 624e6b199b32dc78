#include "gateway/siyuan/answers.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct mirror *mirror;
static struct answers *answers;

static int
set_up(void **unused)
{
    struct answers_options opt = {.lang = LANG_EN};

    (void)unused;
    if (mirror_new(&mirror) != 0)
        return -1;
    opt.mirror = mirror;
    return answers_new(&answers, &opt);
}

static int
tear_down(void **unused)
{
    (void)unused;
    answers_free(answers);
    mirror_free(mirror);
    return 0;
}

/* A snapshot of one engine of that id, which has done so many items. */
static void
put(const char *id, uint64_t items)
{
    struct state s = {.name = STATE_SYNCING, .items = {items, 100000}};
    struct verdict v = {.hub_epoch = 1, .relay = 1};
    struct copy_row row = {.id = id, .state = &s, .verdict = &v};
    struct copy *copy = mirror_lock(mirror);

    copy_begin_snapshot(copy, 1);
    assert_int_equal(copy_add(copy, &row, 1000), 0);
    copy_beat(copy, 1000, 1000);
    copy_end_snapshot(copy);
    copy_judge(copy, 1000);
    mirror_unlock(mirror);
}

static bool
says(const struct answer *answer, const char *words)
{
    size_t len;
    const char *text = answer_text(answer, &len);

    return memmem(text, len, words, strlen(words)) != NULL;
}

static void
before_a_snapshot_it_says_so(void **unused)
{
    struct answer *answer = answers_take(answers, NULL);

    (void)unused;
    assert_true(says(answer, "\"code\":1"));
    assert_true(says(answer, "Nothing heard"));
    answers_drop(answers, answer);
    assert_non_null(answers_why_not_ready(answers));
}

static void
readers_share_an_answer_until_something_changes(void **unused)
{
    struct answer *a, *b, *c;

    (void)unused;
    put("one", 1);
    assert_null(answers_why_not_ready(answers));
    a = answers_take(answers, NULL);
    b = answers_take(answers, "one");
    assert_ptr_equal(a, b);
    assert_true(says(a, "\"current\":1,"));
    put("one", 2);
    c = answers_take(answers, "");
    assert_true(says(c, "\"current\":2,"));
    assert_true(says(a, "\"current\":1,")); /* still being sent */
    answers_drop(answers, a);
    answers_drop(answers, b);
    answers_drop(answers, c);
}

static void
an_answer_nobody_reads_is_rendered_in_place(void **unused)
{
    struct answer *a, *b;

    (void)unused;
    put("one", 1);
    a = answers_take(answers, NULL);
    answers_drop(answers, a);
    put("one", 2);
    b = answers_take(answers, NULL);
    assert_ptr_equal(a, b);
    assert_true(says(b, "\"current\":2,"));
    answers_drop(answers, b);
}

static void
an_unknown_engine_is_named(void **unused)
{
    struct answer *answer;

    (void)unused;
    put("one", 1);
    answer = answers_take(answers, "two");
    assert_true(says(answer, "\"code\":1"));
    assert_true(says(answer, "Unknown engine [two]"));
    assert_true(says(answer, "{\"engine\":\"one\""));
    answers_drop(answers, answer);
}

static void
an_engine_that_was_forgotten_leaves_no_answer_behind(void **unused)
{
    struct answer *a, *b;
    struct copy *copy;

    (void)unused;
    put("one", 1);
    a = answers_take(answers, "one");
    copy = mirror_lock(mirror);
    copy_begin_snapshot(copy, 1); /* nobody in it */
    copy_beat(copy, 1000 + COPY_FORGET_MS, 1000);
    copy_end_snapshot(copy);
    copy_judge(copy, 1000 + COPY_FORGET_MS);
    mirror_unlock(mirror);
    b = answers_take(answers, "one");
    assert_true(says(b, "Unknown engine [one]"));
    answers_drop(answers, b);
    put("two", 2); /* may well be at the same address */
    b = answers_take(answers, "two");
    assert_true(says(b, "\"engine\":\"two\""));
    assert_true(says(a, "\"engine\":\"one\"")); /* still being sent */
    answers_drop(answers, b);
    answers_drop(answers, a);
}

static void
a_fleet_fits(void **unused)
{
    char id[TOPIC_ID_MAX];
    size_t len;

    (void)unused;
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(id, sizeof id, "engine-%04d", i);
        put(id, (uint64_t)i);
    }
    for (int i = 0; i < 2000; i += 100) {
        struct answer *answer;

        (void)snprintf(id, sizeof id, "engine-%04d", i);
        answer = answers_take(answers, id);
        (void)answer_text(answer, &len);
        assert_true(len > 120000);
        assert_true(says(answer, id));
        answers_drop(answers, answer);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(before_a_snapshot_it_says_so),
        TEST(readers_share_an_answer_until_something_changes),
        TEST(an_answer_nobody_reads_is_rendered_in_place),
        TEST(an_unknown_engine_is_named),
        TEST(an_engine_that_was_forgotten_leaves_no_answer_behind),
        TEST(a_fleet_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
