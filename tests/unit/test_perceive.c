#include "services/sync-engine/bus/perceive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#define NOW UINT64_C(100000)

static struct perceive perceive;
static struct state own, sister;

static void
show(struct state *s, const char *repo, const char *head)
{
    *s = (struct state){.has = STATE_HAS_REPO | STATE_HAS_LAST};
    (void)snprintf(s->repo, sizeof s->repo, "%s", repo);
    if (head == NULL)
        return;
    (void)snprintf(s->head, sizeof s->head, "%s", head);
    s->has |= STATE_HAS_HEAD;
}

static int
setup(void **state)
{
    (void)state;
    perceive_init(&perceive);
    show(&own, "rr", "h1");
    show(&sister, "rr", "h1");
    return 0;
}

/* Look at the one sister there is. */
static uint64_t
look(uint64_t now_ms)
{
    perceive_begin(&perceive);
    perceive_engine(&perceive, &own, &sister, true);
    return perceive_end(&perceive, now_ms, 999);
}

/* A run of ours that ends with this head. */
static void
run(bool for_this, const char *head, uint64_t now_ms)
{
    perceive_run_begins(&perceive, for_this, now_ms);
    perceive_run_ended(&perceive, true);
    perceive_learn(&perceive, head);
    show(&own, "rr", head);
}

static void
a_head_that_is_not_ours_is_news(void **state)
{
    (void)state;
    assert_true(look(NOW) == PERCEIVE_NEVER);
    show(&sister, "rr", "h2");
    assert_int_equal(look(NOW), NOW);
    assert_int_equal(look(NOW + 300), NOW); /* and stays due */
    run(true, "h2", NOW + 300);
    assert_true(look(NOW + 400) == PERCEIVE_NEVER);
}

static void
what_we_synced_ourselves_is_no_news(void **state)
{
    (void)state;
    run(false, "h1", NOW);
    run(false, "h2", NOW);
    show(&sister, "rr", "h1"); /* she is behind, not we */
    assert_true(look(NOW) == PERCEIVE_NEVER);
}

static void
two_that_look_at_each_other_come_to_rest(void **state)
{
    (void)state;
    run(false, "h2", NOW);
    show(&sister, "rr", "h2");
    assert_true(look(NOW) == PERCEIVE_NEVER);
    show(&sister, "rr", "h3"); /* she had something of her own */
    assert_int_equal(look(NOW + 10), NOW + 10);
    run(true, "h3", NOW + 10);
    assert_true(look(NOW + 20) == PERCEIVE_NEVER);
}

static void
who_stays_behind_is_news_once(void **state)
{
    (void)state;
    show(&sister, "rr", "old");
    assert_int_equal(look(NOW), NOW);
    run(true, "h1", NOW); /* the store has nothing new */
    for (uint64_t t = 0; t < 20; t++)
        assert_true(look(NOW + t * 1000) == PERCEIVE_NEVER);
}

static void
a_run_that_failed_has_covered_nothing(void **state)
{
    (void)state;
    show(&sister, "rr", "h2");
    (void)look(NOW);
    perceive_run_begins(&perceive, true, NOW);
    assert_true(look(NOW + 10) == PERCEIVE_NEVER); /* one is under way */
    perceive_run_ended(&perceive, false);
    assert_int_equal(look(NOW + 20), NOW + PERCEIVE_PAUSE_MS);
}

static void
what_comes_during_a_run_is_news_after_it(void **state)
{
    (void)state;
    show(&sister, "rr", "h2");
    (void)look(NOW);
    perceive_run_begins(&perceive, true, NOW);
    show(&sister, "rr", "h3");
    (void)look(NOW + 10);
    perceive_run_ended(&perceive, true);
    perceive_learn(&perceive, "h2");
    show(&own, "rr", "h2");
    assert_int_equal(look(NOW + 20), NOW + PERCEIVE_PAUSE_MS);
}

/* Nobody looks again before it is decided whether to run once more. */
static void
what_a_run_met_that_came_during_it_is_not_due(void **state)
{
    (void)state;
    perceive_run_begins(&perceive, false, NOW); /* waits for the lock */
    show(&sister, "rr", "h2");                  /* whose run held it */
    assert_int_equal(look(NOW + 10), NOW + 10);
    perceive_run_ended(&perceive, true);
    perceive_learn(&perceive, "h2");
    perceive_learn(&perceive, "h3");
    assert_true(perceive.due_ms == PERCEIVE_NEVER);
}

static void
runs_for_this_reason_are_five_seconds_apart(void **state)
{
    (void)state;
    show(&sister, "rr", "h2");
    assert_int_equal(look(NOW), NOW);
    run(true, "h2", NOW);
    show(&sister, "rr", "h3");
    assert_int_equal(look(NOW + 100), NOW + PERCEIVE_PAUSE_MS);
    run(false, "h3", NOW + 100); /* for another reason: no new pause */
    show(&sister, "rr", "h4");
    assert_int_equal(look(NOW + 9000), NOW + 9000);
}

static void
other_repositories_are_none_of_our_business(void **state)
{
    (void)state;
    show(&sister, "other", "h2");
    assert_true(look(NOW) == PERCEIVE_NEVER);
    show(&sister, "", "h2");
    show(&own, "", "h1");
    assert_true(look(NOW) == PERCEIVE_NEVER);
    show(&own, "rr", "h1");
    sister = (struct state){.has = STATE_HAS_HEAD | STATE_HAS_LAST};
    assert_true(look(NOW) == PERCEIVE_NEVER);
}

static void
without_a_finished_run_on_both_sides_nothing_is_news(void **state)
{
    (void)state;
    show(&sister, "rr", NULL);
    assert_true(look(NOW) == PERCEIVE_NEVER);
    show(&sister, "rr", "h2");
    sister.has &= ~(uint32_t)STATE_HAS_LAST;
    assert_true(look(NOW) == PERCEIVE_NEVER);
    show(&sister, "rr", "h2");
    show(&own, "rr", NULL);
    assert_true(look(NOW) == PERCEIVE_NEVER);
}

static void
the_more_sisters_the_wider_the_spread(void **state)
{
    (void)state;
    for (size_t sisters = 1; sisters <= 100; sisters += 9) {
        uint64_t most_ms = 0, expected = (sisters - 1) * PERCEIVE_SPREAD_MS;

        for (uint32_t chance = 0; chance <= PERCEIVE_JITTER_MS; chance++) {
            uint64_t due_ms;

            perceive_init(&perceive);
            perceive_begin(&perceive);
            show(&sister, "rr", "h2");
            for (size_t i = 0; i < sisters; i++)
                perceive_engine(&perceive, &own, &sister, true);
            due_ms = perceive_end(&perceive, NOW, chance);
            if (due_ms - NOW > most_ms)
                most_ms = due_ms - NOW;
        }
        if (expected > PERCEIVE_JITTER_MS)
            expected = PERCEIVE_JITTER_MS;
        assert_int_equal(most_ms, expected);
    }
}

static void
who_has_left_counts_for_what_she_showed(void **state)
{
    (void)state;
    show(&sister, "rr", "h2");
    perceive_begin(&perceive);
    perceive_engine(&perceive, &own, &sister, false);
    assert_int_equal(perceive_end(&perceive, NOW, 7), NOW);
    assert_int_equal(perceive.sisters, 0);
}

static void
more_heads_than_are_remembered_forget_the_oldest(void **state)
{
    char head[STATE_HEX_MAX];

    (void)state;
    for (int i = 0; i <= PERCEIVE_KNOWN_MAX; i++) {
        (void)snprintf(head, sizeof head, "x%d", i);
        perceive_learn(&perceive, head);
        perceive_learn(&perceive, head); /* twice is once */
    }
    show(&sister, "rr", "x1");
    assert_true(look(NOW) == PERCEIVE_NEVER);
    show(&sister, "rr", "x0");
    assert_int_equal(look(NOW), NOW);
}

static void
a_crowd_with_news_of_its_own_is_taken_in_turns(void **state)
{
    char head[STATE_HEX_MAX];

    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        perceive_begin(&perceive);
        for (int i = 0; i < 3 * PERCEIVE_FRESH_MAX; i++) {
            (void)snprintf(head, sizeof head, "y%d", i);
            show(&sister, "rr", head);
            perceive_engine(&perceive, &own, &sister, true);
        }
        assert_true(perceive_end(&perceive, NOW, 0) != PERCEIVE_NEVER);
        run(true, "h1", NOW);
    }
    perceive_begin(&perceive);
    for (int i = 0; i < 3 * PERCEIVE_FRESH_MAX; i++) {
        (void)snprintf(head, sizeof head, "y%d", i);
        show(&sister, "rr", head);
        perceive_engine(&perceive, &own, &sister, true);
    }
    assert_true(perceive_end(&perceive, NOW, 0) == PERCEIVE_NEVER);
}

#define TEST(claim) cmocka_unit_test_setup(claim, setup)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_head_that_is_not_ours_is_news),
        TEST(what_we_synced_ourselves_is_no_news),
        TEST(two_that_look_at_each_other_come_to_rest),
        TEST(who_stays_behind_is_news_once),
        TEST(a_run_that_failed_has_covered_nothing),
        TEST(what_comes_during_a_run_is_news_after_it),
        TEST(what_a_run_met_that_came_during_it_is_not_due),
        TEST(runs_for_this_reason_are_five_seconds_apart),
        TEST(other_repositories_are_none_of_our_business),
        TEST(without_a_finished_run_on_both_sides_nothing_is_news),
        TEST(the_more_sisters_the_wider_the_spread),
        TEST(who_has_left_counts_for_what_she_showed),
        TEST(more_heads_than_are_remembered_forget_the_oldest),
        TEST(a_crowd_with_news_of_its_own_is_taken_in_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
