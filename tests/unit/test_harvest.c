#include "gateway/metrics/harvest.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SYNCED_AT UINT64_C(1795495875100)
#define HOUR_MS   UINT64_C(3600000)

static struct copy_engine
engine_of(uint64_t interval_ms)
{
    return (struct copy_engine){
        .state = {.name = STATE_IDLE, .synced_at_ms = SYNCED_AT},
        .tally = {.interval_ms = interval_ms}};
}

static bool
is_overdue_after(const struct copy_engine *e, uint64_t ms)
{
    return harvest_is_overdue(e, SYNCED_AT + ms);
}

static void
twice_the_interval_without_success_is_overdue(void **unused)
{
    struct copy_engine e = engine_of(HOUR_MS);

    (void)unused;
    assert_false(is_overdue_after(&e, 0));
    assert_false(is_overdue_after(&e, 2 * HOUR_MS));
    assert_true(is_overdue_after(&e, 2 * HOUR_MS + 1));
}

static void
five_minutes_are_allowed_at_least(void **unused)
{
    struct copy_engine e = engine_of(30000);

    (void)unused;
    assert_false(is_overdue_after(&e, 300000));
    assert_true(is_overdue_after(&e, 300001));
}

static void
a_clock_that_is_behind_makes_nobody_overdue(void **unused)
{
    struct copy_engine e = engine_of(30000);

    (void)unused;
    assert_false(harvest_is_overdue(&e, SYNCED_AT - HOUR_MS));
}

static void
who_does_not_run_by_itself_is_never_overdue(void **unused)
{
    struct copy_engine manual = engine_of(0), disabled = engine_of(30000);

    (void)unused;
    disabled.state.name = STATE_DISABLED;
    assert_false(is_overdue_after(&manual, 1000 * HOUR_MS));
    assert_false(is_overdue_after(&disabled, 1000 * HOUR_MS));
}

static void
who_never_succeeded_is_due_since_its_start(void **unused)
{
    struct copy_engine e = engine_of(0);

    (void)unused;
    e.state.synced_at_ms = 0;
    e.state.epoch_us = SYNCED_AT * 1000;
    e.state.next_at_ms = SYNCED_AT + 60000; /* another try */
    assert_false(is_overdue_after(&e, 300000));
    assert_true(is_overdue_after(&e, 300001));
}

static void
a_harvest_holds_the_whole_copy(void **unused)
{
    struct harvest_now now = {.boot_ms = 3000, .wall_ms = SYNCED_AT};
    struct state s = {.name = STATE_IDLE,
                      .epoch_us = 1,
                      .has = STATE_HAS_COUNTS | STATE_HAS_CLOUD,
                      .cloud = "main",
                      .counts = {.ok = 3}};
    struct verdict v = {.hub_epoch = 1, .relay = 1, .age_ms = 500};
    struct beat beat = {.epoch_us = 1};
    struct harvest h;
    struct mirror *m;
    struct copy *c;

    (void)unused;
    beat.drop[REFUSAL_RATE] = 7;
    assert_int_equal(mirror_new(&m), 0);
    c = mirror_lock(m);
    copy_begin_snapshot(c, 1);
    for (char id[] = "a"; id[0] <= 'z'; id[0]++) {
        struct copy_row row = {.id = id, .state = &s, .verdict = &v};

        assert_int_equal(copy_add(c, &row, 1000), 0);
    }
    copy_refused(c, &beat);
    copy_beat(c, 3000, SYNCED_AT);
    copy_end_snapshot(c);
    copy_judge(c, 3000);
    mirror_unlock(m);
    assert_int_equal(harvest_take(&h, m, &now), 0);
    assert_int_equal(h.count, 26);
    assert_true(h.bus_up);
    assert_int_equal(h.refused[REFUSAL_RATE], 7);
    assert_string_equal(h.engines[25].id, "z");
    assert_string_equal(h.engines[25].cloud, "main");
    assert_int_equal(h.engines[25].counts.ok, 3);
    assert_int_equal(h.engines[25].age_ms, 2500);
    assert_int_equal(h.engines[25].shown, COPY_IDLE);
    harvest_clear(&h);
    mirror_free(m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twice_the_interval_without_success_is_overdue),
        cmocka_unit_test(five_minutes_are_allowed_at_least),
        cmocka_unit_test(a_clock_that_is_behind_makes_nobody_overdue),
        cmocka_unit_test(who_does_not_run_by_itself_is_never_overdue),
        cmocka_unit_test(who_never_succeeded_is_due_since_its_start),
        cmocka_unit_test(a_harvest_holds_the_whole_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
