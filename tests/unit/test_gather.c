#include "gateway/stream/gather.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HUB 77

struct stage {
    struct mirror *mirror;
    struct gather *gather;
    struct events events;
    uint64_t relay;
};

static int
setup(void **state)
{
    static struct stage s;

    s = (struct stage){0};
    assert_int_equal(mirror_new(&s.mirror), 0);
    assert_int_equal(gather_new(&s.gather, s.mirror, LANG_EN), 0);
    events_init(&s.events, 1);
    *state = &s;
    return 0;
}

static int
teardown(void **state)
{
    struct stage *s = *state;

    gather_free(s->gather);
    events_clear(&s->events);
    mirror_free(s->mirror);
    return 0;
}

/* The hub relays this state of an engine. */
static void
relay(struct stage *s, const char *id, const struct state *state)
{
    struct verdict v = {.hub_epoch = HUB, .relay = ++s->relay};
    struct copy_row row = {.id = id, .state = state, .verdict = &v};
    struct copy *c = mirror_lock(s->mirror);

    if (!c->has_snapshot) {
        copy_begin_snapshot(c, HUB);
        copy_end_snapshot(c);
        copy_beat(c, 1000, 5000);
        copy_judge(c, 1000);
    }
    v.age_ms = s->relay; /* grows with each */
    assert_true(copy_apply(c, &row, 1000 + s->relay) >= 0);
    mirror_unlock(s->mirror);
}

static void
gather(struct stage *s)
{
    assert_int_equal(gather_run(s->gather, &s->events), 0);
}

static void
a_change_is_an_event(void **state)
{
    struct stage *s = *state;
    struct state idle = {.name = STATE_IDLE}, error = {.name = STATE_ERROR};
    const struct events_row *row;

    relay(s, "one", &idle);
    gather(s);
    assert_int_equal(s->events.newest_number, 1);
    relay(s, "one", &error);
    relay(s, "two", &idle);
    gather(s);
    assert_int_equal(s->events.newest_number, 3);
    row = events_find(&s->events, "one");
    assert_non_null(
        memmem(row->event->text, row->event->len, "\"state\":\"error\"", 15));
    gather(s);
    assert_int_equal(s->events.newest_number, 3);
}

static void
that_time_passes_is_no_change(void **state)
{
    struct stage *s = *state;
    struct state running = {
        .name = STATE_SYNCING, .run = 1, .up_ms = 1000, .progress_up_ms = 1000};

    relay(s, "one", &running);
    gather(s);
    running.up_ms = 2000;
    running.seq++;
    running.sent_at_ms = 77;
    running.progress_up_ms = 2000;
    relay(s, "one", &running);
    gather(s);
    assert_int_equal(s->events.newest_number, 1);
    running.items.current++;
    relay(s, "one", &running);
    gather(s);
    assert_int_equal(s->events.newest_number, 2);
}

static void
what_changed_back_between_two_looks_is_no_change(void **state)
{
    struct stage *s = *state;
    struct state idle = {.name = STATE_IDLE}, error = {.name = STATE_ERROR};

    relay(s, "one", &idle);
    gather(s);
    relay(s, "one", &error);
    relay(s, "one", &idle);
    gather(s);
    assert_int_equal(s->events.newest_number, 1);
}

static void
more_than_one_batch_is_gathered(void **state)
{
    struct stage *s = *state;
    struct state idle = {.name = STATE_IDLE};
    char id[TOPIC_ID_MAX];

    for (int i = 0; i < 300; i++) {
        (void)snprintf(id, sizeof id, "e%03d", i);
        relay(s, id, &idle);
    }
    gather(s);
    assert_int_equal(s->events.newest_number, 300);
    assert_int_equal(s->events.count, 300);
}

static void
a_hub_that_leaves_is_a_beat(void **state)
{
    struct stage *s = *state;
    struct state idle = {.name = STATE_IDLE};
    struct copy *c;

    relay(s, "one", &idle);
    gather(s);
    assert_int_equal(s->events.beats, 1);
    assert_true(s->events.is_bus_up);
    c = mirror_lock(s->mirror);
    copy_judge(c, 1000 + COPY_BUS_SILENT_MS);
    mirror_unlock(s->mirror);
    gather(s);
    assert_int_equal(s->events.beats, 2);
    assert_false(s->events.is_bus_up);
    assert_int_equal(s->events.as_of_ms, 5000); /* its last word */
    assert_int_equal(s->events.newest_number, 2);
}

static void
an_engine_that_is_forgotten_is_swept(void **state)
{
    struct stage *s = *state;
    struct state idle = {.name = STATE_IDLE};
    uint64_t day = 2000 + COPY_FORGET_MS;
    struct copy *c;

    relay(s, "one", &idle);
    relay(s, "two", &idle);
    gather(s);
    c = mirror_lock(s->mirror);
    copy_find(c, "one")->verdict.live = VERDICT_OFF;
    copy_beat(c, day, 5000);
    copy_judge(c, day);
    copy_judge(c, day);
    assert_int_equal(c->forgotten, 1);
    mirror_unlock(s->mirror);
    gather(s);
    assert_int_equal(s->events.sweeps, 1);
    assert_int_equal(s->events.count, 1);
    assert_null(events_find(&s->events, "one"));
    gather(s);
    assert_int_equal(s->events.sweeps, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_is_an_event, setup, teardown),
        cmocka_unit_test_setup_teardown(that_time_passes_is_no_change, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            what_changed_back_between_two_looks_is_no_change, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_one_batch_is_gathered, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_hub_that_leaves_is_a_beat, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_engine_that_is_forgotten_is_swept,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
